import { posix } from 'node:path'
import type { DatabaseServerChange, DatabaseServerRequest } from '@edfi-tenants/contract'
import { invalid } from '@edfi-tenants/contract'
import { Failure, hasScope, type Actor } from '@edfi-tenants/core'
import type { DatabaseServerRow, NewDatabaseServer, PublishedManifest, SecretLogin } from '@edfi-tenants/store'
import { isMoved, type CheckedServer } from './check-server.js'

type GivenLogin = DatabaseServerRequest['credentials']

const login = ({ username, password, passwordFrom }: GivenLogin): SecretLogin => ({
  username,
  password: password ?? null,
  passwordFrom: passwordFrom ?? null,
})

/** A requested server as the store takes it. */
export const newServer = (request: DatabaseServerRequest, manifest: PublishedManifest): NewDatabaseServer => ({
  name: request.name,
  engine: manifest.name,
  databaseEngine: manifest.databaseEngine,
  settings: request.settings,
  credentials: login(request.credentials),
  registeredLogin: request.registeredLogin,
  registeredCredentials: request.registeredCredentials ? login(request.registeredCredentials) : null,
  templates: request.templates,
  tenants: request.tenants ?? [],
  maxConcurrency: request.maxConcurrency ?? 4,
  maxInstances: request.maxInstances ?? null,
  pool: request.pool ?? null,
  workerPool: request.workerPool ?? 'default',
})

/**
 * A change of a server as the store takes it. Another address needs its logins beside it, so that those on record are
 * never sent to it. Naming the place where a password on record is read says nothing of knowing that password; only an
 * administrator may take it along.
 */
export function changedServer(
  row: DatabaseServerRow,
  change: DatabaseServerChange,
  manifest: PublishedManifest,
  actor: Pick<Actor, 'scopes'>,
): Partial<NewDatabaseServer> {
  const registeredLogin = change.registeredLogin ?? row.registeredLogin
  const shared = registeredLogin === 'shared'
  const lacksRegistered = shared && !change.registeredCredentials
  const isGiven = (given: GivenLogin | null | undefined): boolean =>
    given != null && (hasScope(actor.scopes, 'admin') || !isOnRecord(row, given.passwordFrom))
  const areGiven = isGiven(change.credentials) && (!shared || isGiven(change.registeredCredentials))
  if (change.settings && isMoved(row.settings, change.settings, manifest) && !areGiven)
    throw new Failure(
      'credentials_required',
      `Another address needs credentials${shared ? ' and registeredCredentials' : ''} in the same request, and not by a passwordFrom that is on record.`,
    )
  if (lacksRegistered && row.registeredUsername === null)
    throw invalid([{ pointer: '/registeredCredentials', detail: 'is required when registeredLogin is "shared"' }])
  if (!shared && change.registeredCredentials)
    throw invalid([
      { pointer: '/registeredCredentials', detail: 'must be absent when registeredLogin is "perInstance"' },
    ])
  const { settings, templates, maxConcurrency, maxInstances, pool } = change
  return {
    registeredLogin,
    ...(settings === undefined ? {} : { settings }),
    ...(templates === undefined ? {} : { templates }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(maxInstances === undefined ? {} : { maxInstances }),
    ...(pool === undefined ? {} : { pool }),
    ...(change.tenants === undefined ? {} : { tenants: change.tenants ?? [] }),
    ...(change.workerPool === undefined ? {} : { workerPool: change.workerPool ?? 'default' }),
    ...(change.credentials ? { credentials: login(change.credentials) } : {}),
    ...(change.registeredCredentials ? { registeredCredentials: login(change.registeredCredentials) } : {}),
    ...(shared ? {} : { registeredCredentials: null }),
  }
}

/** Whether a server on record reads one of its passwords from there. */
const isOnRecord = (row: DatabaseServerRow, passwordFrom: string | undefined): boolean =>
  passwordFrom !== undefined &&
  [row.passwordFrom, row.registeredPasswordFrom].some((known) => known !== null && place(known) === place(passwordFrom))

/** One file can be written in several ways: `file:a/b`, `file:/a/b`, `file:./a//b`. */
const place = (passwordFrom: string): string =>
  passwordFrom.startsWith('file:')
    ? `file:${posix.normalize(`/${passwordFrom.slice('file:'.length)}`).replace(/\/$/, '')}`
    : passwordFrom

/** What has to be checked of a server that is to be made. */
export const newToCheck = (server: NewDatabaseServer): CheckedServer => ({
  ...server,
  username: server.credentials.username,
  registeredUsername: server.registeredCredentials?.username ?? null,
})

/** What has to be checked of a server as it will be after a change. */
export const changedToCheck = (row: DatabaseServerRow, change: Partial<NewDatabaseServer>): CheckedServer => ({
  settings: change.settings ?? row.settings,
  templates: change.templates ?? row.templates,
  registeredLogin: change.registeredLogin ?? row.registeredLogin,
  username: change.credentials?.username ?? row.username,
  registeredUsername:
    change.registeredCredentials === undefined
      ? row.registeredUsername
      : (change.registeredCredentials?.username ?? null),
})
