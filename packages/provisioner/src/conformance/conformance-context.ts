import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { Failure, isFailure, type Json, type ProblemCode } from '@edfi-tenants/core'
import type { Operation } from '../operation.js'
import { privateNamePrefix } from '../private-name.js'
import type { CreateDatabase, Provisioner, RegisteredLogin } from '../provisioner.js'
import type { Ownership, Server } from '../server.js'
import type { ConformanceServer } from './conformance-server.js'

/** What every group of the suite works with; `target` is there once the suite's `before` has run. */
export interface ConformanceContext {
  provisioner: Provisioner
  target: () => ConformanceServer
}

const installationId = randomUUID()

/** An instance of this run's installation that nobody else has. */
export const newOwner = (epoch = 1): Ownership => ({ installationId, instanceId: randomUUID(), epoch })

let counter = 0

/** A database name that no other test uses. */
export const newName = (): string => `Conformance_${Date.now().toString(36)}_${++counter}`

/** An operation that nobody stops, with anything else wished for. */
export const operation = (wished: Partial<Operation> = {}): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
  ...wished,
})

/** A fence that lets `passes` effects through and then says that another worker has the job. */
export function fenceAfter(passes: number): { fence: () => Promise<void>; wasReached: () => boolean } {
  let calls = 0
  return {
    fence: () =>
      ++calls > passes ? Promise.reject(new Failure('lease_lost', 'Another worker has the job.')) : Promise.resolve(),
    wasReached: () => calls > passes,
  }
}

/** A request for a copy of the target's template with its shared login. */
export const createRequest = (
  target: ConformanceServer,
  owner: Ownership,
  databaseName: string,
  wished: { template?: Json; empty?: boolean; login?: RegisteredLogin } = {},
): CreateDatabase => ({
  databaseName,
  owner,
  source: wished.empty
    ? { kind: 'empty' }
    : { kind: 'template', name: 'minimal', template: wished.template ?? target.template },
  login: wished.login ?? { ...target.login, own: false },
})

/** The unfinished databases of an instance that are on the server. */
export const leftoversOf = async (target: ConformanceServer, owner: Ownership): Promise<string[]> =>
  (await target.listRaw()).filter((name) => name.startsWith(privateNamePrefix(owner.instanceId)))

/** Waits for a promise to fail with a code, checks that nothing of the error shows a secret, and gives the failure. */
export async function failsWith(
  promise: Promise<unknown>,
  code: ProblemCode | readonly ProblemCode[],
  server: Server,
  moreSecrets: readonly string[] = [],
): Promise<Failure> {
  const error = await promise.then(
    (value) => assert.fail(`expected a failure, got ${inspect(value)}`),
    (reason: unknown) => reason,
  )
  assert.ok(isFailure(error), `throws only failures, threw ${inspect(error)}`)
  const codes: readonly string[] = typeof code === 'string' ? [code] : code
  assert.ok(codes.includes(error.code), `expected ${codes.join(' or ')}, got ${error.code}: ${error.message}`)
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error.toProblem())
  for (const secret of [server.credentials.password, ...moreSecrets])
    assert.ok(secret === '' || !shown.includes(secret), 'an error shows a secret')
  return error
}
