import { isFailure, isReservedDatabaseName } from '@edfi-tenants/core'
import type { DatabaseInfo } from '@edfi-tenants/provisioner'
import {
  openRegisteredString,
  readOnRecord,
  type NewFinding,
  type OnRecord,
  type RecordedInstance,
} from '@edfi-tenants/store'
import type { ServerAccess, StepContext } from '../engine/define-job.js'
import { subjectLogin } from '../health/subject-login.js'
import { compareDatabases } from './compare-databases.js'
import { compareInstance } from './compare-instance.js'
import { inBoth } from './in-both.js'
import { expectedName, type ServerView } from './server-view.js'

/** How many unmarked databases of a server are opened to see whether they are an ODS. */
const openAtMost = 100

/** What was seen on a server. */
export interface SeenServer {
  findings: NewFinding[]
  /** Those of other installations left out. */
  databases: DatabaseInfo[]
  /** Unmarked ones of which it is not known whether they are an ODS. */
  notOpened: number
}

/** Looks at a server's databases, and compares with what is on record before and after. Changes nothing. */
export async function lookAtServer(
  context: StepContext,
  serverId: string,
  wished: {
    covers: (instance: RecordedInstance) => boolean
    tellsOfDatabases: boolean
    /** Whether unmarked databases are opened to see what they are. */
    opensUnmarked: boolean
  },
): Promise<SeenServer> {
  const access = await context.databaseOf(serverId)
  const before = await readOnRecord(context.store.database)
  const all = await access.provisioner.listDatabases(access.server, context)
  const after = await readOnRecord(context.store.database)
  const { installationId } = context.ownership
  // Where another installation's are, nothing is said, not even how many.
  const databases = all.filter(({ owner }) => owner === null || owner.installationId === installationId)
  const view: ServerView = { serverId, server: access.server.name, installationId, databases: all }
  const compare = async (records: OnRecord): Promise<NewFinding[]> => {
    const instances = [...records.instances.values()].filter(wished.covers)
    const ofInstances = await Promise.all(
      instances.map(async (instance) => [
        ...compareInstance(view, records, instance),
        ...(await compareString(context, access, instance)),
      ]),
    )
    return [...ofInstances.flat(), ...(wished.tellsOfDatabases ? compareDatabases(view, records) : [])]
  }
  const findings = inBoth(await compare(before), await compare(after))
  if (!wished.opensUnmarked) return { findings, databases, notOpened: 0 }
  const candidates = databases.filter((database) => isCandidate(view, access, after, database))
  const odses = await findOdses(context, access, view, candidates.slice(0, openAtMost))
  return {
    findings: [...findings, ...odses.findings],
    databases,
    notOpened: candidates.length - odses.opened,
  }
}

/** Whether what would be registered now is what was registered: the server's address or login may have been changed. */
async function compareString(
  { store }: StepContext,
  access: ServerAccess,
  instance: RecordedInstance,
): Promise<NewFinding[]> {
  const { id, busy, status, registeredString, odsInstanceId, databaseName } = instance
  if (busy || registeredString === null || odsInstanceId === null) return []
  if ((status !== 'active' && status !== 'stopped') || instance.serverId !== access.server.id) return []
  if (!access.sharedLogin && instance.loginName === null) return []
  const login = subjectLogin(store, access, instance)
  const now = await access.provisioner.registeredConnectionString(access.server, { databaseName, login })
  if (now === openRegisteredString(store.sealer, id, registeredString)) return []
  const { name, tenant, environment } = instance
  return [
    {
      kind: 'registration_mismatch',
      ...{ server: access.server.name, environment, tenant, subject: name, instanceId: id },
      detail: 'The connection string that was registered is not the one that would be registered now.',
      data: { differences: ['connectionString'] },
      actions: ['repair'],
    },
  ]
}

/** Whether it is worth opening: nobody's, in use, and not known for something else. */
function isCandidate(view: ServerView, access: ServerAccess, records: OnRecord, database: DatabaseInfo): boolean {
  const { name, owner, isTemplate, allowsConnections } = database
  const templates = Object.values(access.templates).filter((template) => typeof template === 'string')
  if (owner !== null || isTemplate || !allowsConnections || isReservedDatabaseName(name, templates)) return false
  return ![...records.instances.values()].some(
    (instance) => instance.serverId === view.serverId && expectedName(instance) === name,
  )
}

async function findOdses(
  context: StepContext,
  { provisioner, server }: ServerAccess,
  view: ServerView,
  candidates: readonly DatabaseInfo[],
): Promise<{ findings: NewFinding[]; opened: number }> {
  const findings: NewFinding[] = []
  let opened = 0
  for (const { name, identity } of candidates) {
    const request = {
      databaseName: name,
      owner: context.ownership,
      login: server.credentials,
      expect: 'ods' as const,
    }
    try {
      const { odsVersion, dataStandard } = await provisioner.verifyDatabase(server, request, context)
      findings.push({
        kind: 'unmarked_database',
        server: view.server,
        ...{ environment: null, tenant: null, subject: name, instanceId: null },
        detail: `It looks like an ODS${odsVersion === null ? '' : ` ${odsVersion}`} and belongs to no instance.`,
        data: { serverId: view.serverId, databaseName: name, identity, odsVersion, dataStandard },
        actions: ['adopt'],
      })
      opened++
    } catch (error) {
      if (context.signal.aborted || !isFailure(error)) throw error
      if (error.code === 'not_an_ods' || error.code === 'ods_version_unsupported') opened++
    }
  }
  return { findings, opened }
}
