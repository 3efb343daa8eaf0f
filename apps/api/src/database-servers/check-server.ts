import { invalid, pointerTo, validateAgainst } from '@edfi-tenants/contract'
import { Failure, type FieldFault, type Json } from '@edfi-tenants/core'
import type { TargetHosts } from '@edfi-tenants/runtime'
import { readManifests, type NewDatabaseServer, type PublishedManifest, type Records } from '@edfi-tenants/store'
import { assertAllowedTarget, assertAllowedUrl } from '../http/assert-allowed-target.js'

/** What a worker has published about a server's engine; `provisioner_unknown`, with the ones there are, otherwise. */
export async function manifestOf(records: Pick<Records, 'database'>, engine: string): Promise<PublishedManifest> {
  const manifests = await readManifests(records)
  const manifest = manifests.find(({ name }) => name === engine)
  if (manifest) return manifest
  const names = manifests.map(({ name }) => name).join(', ')
  throw new Failure('provisioner_unknown', `No worker serves "${engine}"; there are: ${names || 'none yet'}.`)
}

/** What of a server its manifest, and the rules that go beyond a schema, have a say in. */
export interface CheckedServer extends Pick<NewDatabaseServer, 'settings' | 'templates' | 'registeredLogin'> {
  username: string
  registeredUsername: string | null
}

/**
 * Refuses a server that its provisioner could not serve: settings or templates that do not fit its schemas, a login it
 * cannot make, a host that may not be connected to, or the admin login given to ODS/API.
 */
export function assertServable(server: CheckedServer, manifest: PublishedManifest, allowed: TargetHosts): void {
  const { registeredUsername, username } = server
  const faults: FieldFault[] = [
    ...validateAgainst(manifest.settingsSchema, server.settings, '/settings'),
    ...Object.entries(server.templates).flatMap(([name, template]) =>
      validateAgainst(manifest.templateSchema, template, pointerTo('templates', name)),
    ),
  ]
  if (registeredUsername !== null && registeredUsername.toLowerCase() === username.toLowerCase())
    faults.push({
      pointer: '/registeredCredentials/username',
      detail: 'must not be the login of `credentials`, which is never registered',
    })
  if (faults.length > 0) throw invalid(faults)
  if (server.registeredLogin === 'perInstance' && !manifest.capabilities.supportsPerInstanceLogin)
    throw new Failure('not_supported', `The engine "${manifest.name}" cannot make a login per instance.`)
  for (const [pointer, host] of addressesIn(server.settings, manifest))
    (host.includes('://') ? assertAllowedUrl : assertAllowedTarget)(allowed, host, pointer)
}

/** The settings that say where a server is; the address that ODS/API reaches it at is one too. */
const addressNames = (manifest: PublishedManifest): string[] => [
  ...new Set([...manifest.addressSettings, 'registered']),
]

/** Whether a server would be looked for somewhere else, so that its logins have to be given anew. */
export const isMoved = (
  before: Record<string, Json>,
  after: Record<string, Json>,
  manifest: PublishedManifest,
): boolean => addressNames(manifest).some((name) => canonical(before[name]) !== canonical(after[name]))

/**
 * Every host among those settings, wherever a provisioner keeps it: in a text of its own or one level below. A text
 * counts as one unless its schema says `"x-host": false` (certificates, names of instances, folders).
 */
function* addressesIn(settings: Record<string, Json>, manifest: PublishedManifest): Generator<[string, string]> {
  for (const name of addressNames(manifest)) {
    const value = settings[name]
    if (typeof value === 'string' && name !== 'tls' && isHostSetting(manifest, name))
      yield [pointerTo('settings', name), value]
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && typeof value['host'] === 'string')
      yield [pointerTo('settings', name, 'host'), value['host']]
  }
}

function isHostSetting({ settingsSchema }: PublishedManifest, name: string): boolean {
  const { properties } = settingsSchema as { properties?: Record<string, { 'x-host'?: unknown } | undefined> }
  return properties?.[name]?.['x-host'] !== false
}

const canonical = (value: Json | undefined): string =>
  JSON.stringify(value ?? null, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  )
