import type { HookRequest } from '@edfi-tenants/contract'
import { Failure, type ContainerHookSettings, type HookSecrets, type HttpHookSettings } from '@edfi-tenants/core'
import type { TargetHosts } from '@edfi-tenants/runtime'
import { lockHooks, writeHooks, type HookOwner, type OpenHook, type Records } from '@edfi-tenants/store'
import { assertAllowedUrl } from '../http/assert-allowed-target.js'

/** Refuses hooks at hosts that this installation may not connect to. */
export function assertHookHosts(allowed: TargetHosts, hooks: readonly HookRequest[] | undefined): void {
  for (const [at, { http }] of (hooks ?? []).entries())
    if (http) assertAllowedUrl(allowed, http.url, `/hooks/${at}/http/url`)
}

/**
 * Puts requested hooks in the place of those that an owner has; undefined changes nothing. What is sealed of a hook of
 * the same name stays unless it is given anew, but it is never taken to another address, engine or image: those need it
 * in the same request.
 */
export async function replaceHooks(
  records: Records,
  owner: HookOwner,
  requested: readonly HookRequest[] | undefined,
): Promise<void> {
  if (requested === undefined) return
  const present = await lockHooks(records, owner)
  await writeHooks(
    records,
    owner,
    requested.map((each) =>
      openHook(
        each,
        present.find(({ hook }) => sameName(hook.name, each.name)),
      ),
    ),
  )
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** A requested hook as the store takes it. */
export function openHook(request: HookRequest, present: OpenHook | undefined): OpenHook {
  const { name, required = true, retryForSeconds = null, http, container } = request
  const common = { name, required, retryForSeconds }
  if (http) {
    const secrets = httpSecrets(name, http, present)
    const settings: HttpHookSettings = {
      url: http.url,
      timeoutMs: http.timeoutMs ?? 15_000,
      pollForSeconds: http.pollForSeconds ?? 900,
      headerNames: Object.keys(secrets.headers ?? {}),
    }
    return { hook: { ...common, events: request.events ?? [], http: settings }, secrets }
  }
  if (!container) throw new Failure('internal_error', `The hook "${name}" is neither a call nor a container.`)
  const secrets = containerSecrets(name, container, present)
  const settings: ContainerHookSettings = {
    engine: container.engine ?? 'default',
    image: container.image,
    environment: container.environment ?? {},
    secretNames: Object.keys(secrets.environment ?? {}),
    ports: container.ports ?? [],
    network: container.network ?? null,
    command: container.command ?? null,
    labels: container.labels ?? {},
    restart: container.restart ?? 'unless-stopped',
    pull: container.pull ?? 'missing',
    healthTimeoutMs: container.healthTimeoutMs ?? 120_000,
  }
  const events = request.events ?? ['afterRegister', 'afterStart', 'afterStop', 'beforeUnregister']
  return { hook: { ...common, events, container: settings }, secrets }
}

function httpSecrets(
  name: string,
  { url, secret, headers }: NonNullable<HookRequest['http']>,
  present: OpenHook | undefined,
): HookSecrets {
  const stays = present?.hook.http !== undefined && new URL(present.hook.http.url).href === new URL(url).href
  const kept = stays ? present.secrets : {}
  const signing = secret ?? kept.secret
  if (signing === undefined)
    throw new Failure(
      'credentials_required',
      `The hook "${name}" needs its secret in the same request: it is new, or has another url.`,
    )
  // Headers on record are the old secret's company: who does not know one is not to be sent the others elsewhere.
  const sent = headers ?? kept.headers
  return { secret: signing, ...(sent ? { headers: sent } : {}) }
}

function containerSecrets(
  name: string,
  { engine = 'default', image, command, secretEnvironment }: NonNullable<HookRequest['container']>,
  present: OpenHook | undefined,
): HookSecrets {
  if (secretEnvironment) return { environment: secretEnvironment }
  const before = present?.hook.container
  const kept = present?.secrets.environment
  if (!before || !kept || Object.keys(kept).length === 0) return {}
  const stays =
    before.engine === engine &&
    before.image === image &&
    JSON.stringify(before.command) === JSON.stringify(command ?? null)
  if (!stays)
    throw new Failure(
      'credentials_required',
      `The hook "${name}" needs its secretEnvironment in the same request: it has another engine, image or command.`,
    )
  return { environment: kept }
}
