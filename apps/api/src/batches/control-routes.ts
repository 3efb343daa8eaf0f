import { batchScopes, operations, pathOf } from '@edfi-tenants/contract'
import { Failure, hasScope, type Actor, type Scope } from '@edfi-tenants/core'
import { cancelBatch, pauseBatch, requestUndo, resumeBatch, retryBatch } from '@edfi-tenants/jobs'
import { readBatch, type BatchRow } from '@edfi-tenants/store'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { presentBatch } from './present-batch.js'

const headersOf = ({ id }: BatchRow) => ({ Location: pathOf(operations.getBatch, { id }), 'Retry-After': '2' })

/** What asking for such work anew needs. */
const scopeOf = (operation: string): Scope =>
  (batchScopes as Record<string, Scope | undefined>)[operation] ?? 'instances:operate'

function assertScope({ scopes }: Actor, scope: Scope): void {
  if (!hasScope(scopes, scope)) throw new Failure('insufficient_scope', `This call needs the scope "${scope}" too.`)
}

/** `/v1/batches/{id}/…`: what can be done to a batch. */
export function batchControlRoutes(parts: Parts): Route[] {
  const { store, ringer } = parts
  return [
    route(operations.cancelBatch, async (call) => {
      const answer = await store.database.transaction(async (database) => {
        const { batch, ...done } = await cancelBatch(database, call.params.id, call.origin)
        const accepted = {
          status: 202 as const,
          headers: headersOf(batch),
          body: { batch: presentBatch(batch), ...done },
        }
        await call.keep(database, accepted)
        return accepted
      })
      ringer.request()
      return answer
    }),

    ...(
      [
        [operations.pauseBatch, pauseBatch],
        [operations.resumeBatch, resumeBatch],
      ] as const
    ).map(([operation, control]) =>
      route(operation, async (call) => {
        const answer = await store.database.transaction(async (database) => {
          const batch = await control(database, call.params.id, call.origin)
          const done = { status: 200 as const, body: { batch: presentBatch(batch) } }
          await call.keep(database, done)
          return done
        })
        ringer.request()
        return answer
      }),
    ),

    route(operations.retryBatch, async (call) => {
      const { operation } = found(await readBatch(store.database, call.params.id, call.actor.tenants))
      assertScope(call.actor, scopeOf(operation))
      const { includeCancelled = false } = call.body
      const answered = (answer: Awaited<ReturnType<typeof retryBatch>>) => ({
        status: 202 as const,
        headers: headersOf(answer.batch),
        body: { ...answer, batch: presentBatch(answer.batch) },
      })
      const answer = await retryBatch(store, call.params.id, call.origin, { includeCancelled }, (database, taken) =>
        call.keep(database, answered(taken)),
      )
      ringer.request()
      return answered(answer)
    }),

    route(operations.undoBatch, async (call) => {
      const batch = found(await readBatch(store.database, call.params.id, call.actor.tenants))
      assertScope(call.actor, 'instances:delete')
      const { archive = false, purge = 'now', applications = 'detach', confirmCount } = call.body
      const { reservedDatabaseNames, deletePolicy } = parts
      const answered = (undoing: BatchRow) => ({
        status: 202 as const,
        headers: headersOf(undoing),
        body: { batch: presentBatch(undoing) },
      })
      const answer = await requestUndo(
        store,
        { ...call.origin, batch, archive, purge, applications, confirmCount, reservedDatabaseNames, deletePolicy },
        (database, taken) => call.keep(database, answered(taken.batch)),
      )
      ringer.request()
      return answered(answer.batch)
    }),
  ]
}
