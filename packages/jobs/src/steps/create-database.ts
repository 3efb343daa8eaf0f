import { randomBytes } from 'node:crypto'
import { Failure, isFailure, type Json } from '@edfi-tenants/core'
import type { DatabaseSource, RegisteredLogin } from '@edfi-tenants/provisioner'
import type { InstanceRow } from '@edfi-tenants/store'
import { defineStep, type ServerAccess, type StepContext, type StepResult } from '../engine/define-job.js'

/** What a template of this name stands for: an empty database, whatever the server. */
export const emptyTemplate = 'empty'

/** Creates the instance's database from its template, marked as ours, under its final name only once it is finished. */
export const createDatabase = defineStep({
  name: 'create-database',
  usesServer: true,
  weight: 6,
  timeoutMs: 60 * 60_000,
  async run(context) {
    const { instance } = context
    const { templates } = await context.database()
    return makeDatabase(context, sourceOf(instance, templates), `"${instance.templateName}"`)
  },
  undo: dropMadeDatabase,
})

/** Makes the instance's database out of `source`; `from` says in words what that is. {@link dropMadeDatabase} undoes it. */
export async function makeDatabase(context: StepContext, source: DatabaseSource, from: string): Promise<StepResult> {
  const { instance, ownership, saved, save, signal, progress } = context
  const access = await context.database()
  let begun = saved !== null
  // Recorded right before the first effect: a job that never came so far has nothing to undo on the server.
  const fence = async (): Promise<void> => {
    await context.fence()
    if (!begun) await save({ output: { begun: true } })
    begun = true
  }
  const created = await access.provisioner.createDatabase(
    access.server,
    {
      databaseName: instance.databaseName,
      source,
      owner: ownership,
      login: await registeredLogin(context, access),
    },
    { signal, progress, fence },
  )
  return {
    output: { begun: true, identity: created.identity },
    instance: { databaseIdentity: created.identity },
    detail:
      created.created === 'now'
        ? `Database "${created.databaseName}" was made from ${from} (${created.method}).`
        : `Database "${created.databaseName}" had been made already.`,
  }
}

/** Drops what {@link makeDatabase} made, finished or not. */
export async function dropMadeDatabase({
  instance,
  ownership,
  saved,
  database,
  signal,
  fence,
  progress,
}: StepContext): Promise<StepResult> {
  if (saved === null) return { detail: 'Nothing had been made on the database server.' }
  const { provisioner, server } = await database()
  try {
    const { dropped } = await provisioner.dropDatabase(
      server,
      {
        databaseName: instance.databaseName,
        owner: ownership,
        ...(instance.loginName ? { ownLogin: instance.loginName } : {}),
      },
      { signal, fence, progress },
    )
    return {
      instance: { databaseIdentity: null, loginName: null, loginPassword: null },
      detail: dropped.length > 0 ? `Dropped ${dropped.join(', ')}.` : 'There was no database of ours to drop.',
    }
  } catch (error) {
    // What stands under the name is someone else's: nothing of ours is left, and theirs is not touched.
    if (isFailure(error) && error.code === 'not_our_database')
      return { detail: 'A database of this name is not ours; it was left alone.' }
    throw error
  }
}

function sourceOf(instance: InstanceRow, templates: Record<string, Json>): DatabaseSource {
  if (instance.templateName === emptyTemplate) return { kind: 'empty' }
  const template = templates[instance.templateName]
  if (template === undefined)
    throw new Failure(
      'unknown_template',
      `The database server no longer has a template named "${instance.templateName}".`,
    )
  return { kind: 'template', name: instance.templateName, template }
}

/** Where the sealed password of an instance's own login belongs. */
export const loginPasswordContext = (instanceId: string): string => `instances/${instanceId}/login_password`

/** The name of an instance's own login. */
export const ownLoginName = ({ number, id }: Pick<InstanceRow, 'number' | 'id'>): string =>
  `ods_${number}_${id.slice(0, 8)}`

/** The login ODS/API will use: the server's shared one, or one of the instance's own, recorded before it is made. */
export async function registeredLogin(
  { instance, save, store }: Pick<StepContext, 'instance' | 'save' | 'store'>,
  access: ServerAccess,
): Promise<RegisteredLogin> {
  if (access.sharedLogin) return access.sharedLogin
  const context = loginPasswordContext(instance.id)
  if (instance.loginName && instance.loginPassword)
    return { username: instance.loginName, password: store.sealer.open(instance.loginPassword, context), own: true }
  const username = ownLoginName(instance)
  const password = randomBytes(24).toString('base64url')
  await save({ instance: { loginName: username, loginPassword: store.sealer.seal(password, context) } })
  return { username, password, own: true }
}
