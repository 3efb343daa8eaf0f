import {
  checkBatch,
  operations,
  type RolloverPlan as PresentedPlan,
  type RolloverRequest as Body,
} from '@edfi-tenants/contract'
import { Failure, hasScope, isWithinBound } from '@edfi-tenants/core'
import { planRollover, requestRollover, type RolloverPlan, type RolloverRequest } from '@edfi-tenants/jobs'
import { readPlacements } from '@edfi-tenants/store'
import type { Call } from '../http/call.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { presentTakenBatch } from './create-batch.js'

const followUps = { none: null, stop: 'instance.stop', archive: 'instance.archive' } as const

/** `/v1/batches/rollover`. */
export const rolloverRoutes = (parts: Parts): Route[] => [
  route(operations.rollOver, async (call) => {
    const { after = 'none' } = call.body
    if (after !== 'none' && !hasScope(call.actor.scopes, 'instances:operate'))
      throw new Failure('insufficient_scope', '`after` needs the scope "instances:operate" too.')
    await assertTenants(parts, call)
    const request = rolloverRequest(parts, call)
    if (call.query.validateOnly) {
      const plan = await planRollover(parts.store.database, request)
      return { status: 200 as const, body: presentPlan(plan, call.body) }
    }
    const answer = await requestRollover(parts.store, request, (database, taken) =>
      call.keep(database, presentTakenBatch(taken)),
    )
    if (answer.jobs > 0) parts.ringer.request()
    return presentTakenBatch(answer)
  }),
]

const tenantsOf = ({ tenant, tenants }: Body): string[] | undefined => (tenant === undefined ? tenants : [tenant])

/** A tenant that is not there, or not theirs, is a mistake of whoever names it. */
async function assertTenants(parts: Parts, { body, actor }: Pick<Call<typeof operations.rollOver>, 'body' | 'actor'>) {
  const named = tenantsOf(body) ?? []
  if (named.length === 0) return
  const known = new Set(
    (
      await readPlacements(
        parts.store.database,
        named.map((name) => name.toLowerCase()),
      )
    ).map(({ tenant }) => tenant.toLowerCase()),
  )
  const missing = named.find((name) => !known.has(name.toLowerCase()) || !isWithinBound(actor.tenants, name))
  if (missing !== undefined) throw new Failure('unknown_tenant', `There is no tenant "${missing}".`)
}

function rolloverRequest(parts: Parts, { body, origin }: Call<typeof operations.rollOver>): RolloverRequest {
  const { fromYear, toYear, method, template, naming, server, seed, attachCredentials, deletionProtection } = body
  return {
    ...origin,
    selection: { tenants: tenantsOf(body), ...body.selector },
    order: { fromYear, toYear, method, template, naming, server, seed, attachCredentials, deletionProtection },
    skipUnmatched: body.skipUnmatched ?? false,
    after: followUps[body.after ?? 'none'],
    options: body.options,
    check: checkBatch,
    reservedDatabaseNames: parts.reservedDatabaseNames,
    maxItems: parts.batchMaxItems,
  }
}

function presentPlan({ successions, faults, otherYears, unmatched, plan }: RolloverPlan, body: Body): PresentedPlan {
  const planned = new Map(plan.items.map((item) => [item.position, item]))
  const instances = successions.map(({ source, item }, position): PresentedPlan['instances'][number] => {
    const at = `/instances/${position}/`
    const conflicts = faults
      .filter(({ pointer }) => pointer.startsWith(at))
      .map(({ pointer, code, detail }) => ({ field: pointer.slice(at.length), code: code ?? null, detail }))
    const { id, tenant, name, displayName, databaseName, contexts, labels } = source
    const successor = planned.get(position)
    return {
      from: { id, tenant, name, displayName, databaseName, contexts, labels },
      to: {
        tenant,
        name: item.name,
        displayName: item.displayName ?? null,
        databaseName: successor?.databaseName ?? item.databaseName ?? null,
        server: successor?.server ?? item.server ?? source.server,
        template: 'template' in item ? (item.template ?? null) : null,
        contexts: item.contexts ?? {},
        labels: item.labels ?? {},
      },
      outcome: conflicts.length > 0 ? 'conflict' : (successor?.outcome ?? 'conflict'),
      credentials: item.applications?.length ?? 0,
      conflicts,
    }
  })
  return {
    valid: faults.length === 0 && successions.length > 0,
    operation: body.method === 'clone' ? 'instance.clone' : 'instance.create',
    fromYear: body.fromYear,
    toYear: body.toYear,
    counts: plan.counts,
    instances,
    leftOut: { otherYears, unmatched },
    after: body.after ?? 'none',
    capacity: plan.capacity,
    estimatedDurationMs: plan.estimatedDurationMs,
  }
}
