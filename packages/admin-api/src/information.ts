import { Failure } from '@edfi-tenants/core'
import { Type } from '@sinclair/typebox'
import type { AdminApiInformation } from './admin-api.js'
import { answerFailure } from './answer-failure.js'
import type { Dialect } from './dialect.js'
import type { Answer } from './exchange.js'
import { createInFlight } from './in-flight.js'
import { shapeReader } from './shape.js'

const Optional = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

/** 2.0 to 2.3 give version and build; 2.4 adds the rest. */
const readBody = shapeReader(
  'information',
  Type.Object({
    version: Type.String(),
    build: Optional(Type.String()),
    specificationVersion: Optional(Type.String()),
    tenancy: Optional(
      Type.Object({ multitenantMode: Optional(Type.Boolean()), tenants: Optional(Type.Array(Type.String())) }),
    ),
  }),
)

/** What an answer of `GET /` says. An empty list of tenants says nothing: that is how a single-tenant server answers. */
export function readInformation(answer: Answer, complain: Dialect['complaint']): AdminApiInformation {
  if (answer.status === 404) {
    throw new Failure(
      'admin_api_wrong_mode',
      'There is no Admin API at this URL: its information endpoint answers 404.',
    )
  }
  if (answer.status !== 200) {
    throw answerFailure(answer, complain(answer), { method: 'GET', path: '/', secrets: [] })
  }
  const { version, build, specificationVersion, tenancy } = readBody(answer)
  const mode = /^v?([123])(?:\D|$)/i.exec(specificationVersion ?? version)?.[1]
  if (mode === undefined) {
    throw new Failure('admin_api_unexpected', 'Admin API’s information does not name a version that is known here.')
  }
  return {
    version,
    build: build ?? null,
    mode: `v${mode}` as AdminApiInformation['mode'],
    multiTenant: tenancy?.multitenantMode ?? null,
    tenants: tenancy?.multitenantMode !== false && tenancy?.tenants?.length ? tenancy.tenants : null,
  }
}

/** An information and whether it was asked for just now. */
export interface Known {
  information: AdminApiInformation
  fresh: boolean
}

/**
 * Remembers what the information endpoint of one address says for `maxAgeMs`, by tenant: the answer to an unknown tenant
 * must not be taken for another one's.
 */
export interface InformationCache {
  get(tenant: string, signal: AbortSignal, ask: () => Promise<AdminApiInformation>): Promise<Known>
  /** Asks in any case. */
  refresh(tenant: string, signal: AbortSignal, ask: () => Promise<AdminApiInformation>): Promise<AdminApiInformation>
  forget(): void
}

/** An empty cache; whoever asks at the same time shares one request. */
export function createInformationCache(maxAgeMs: number): InformationCache {
  const inFlight = createInFlight<AdminApiInformation>()
  const cached = new Map<string, { information: AdminApiInformation; until: number }>()

  const cache: InformationCache = {
    async get(tenant, signal, ask) {
      const known = cached.get(tenant)
      if (known && performance.now() < known.until) return { information: known.information, fresh: false }
      return { information: await cache.refresh(tenant, signal, ask), fresh: true }
    },
    refresh: (tenant, signal, ask) =>
      inFlight(tenant, signal, async () => {
        const information = await ask()
        cached.set(tenant, { information, until: performance.now() + maxAgeMs })
        return information
      }),
    forget: () => cached.clear(),
  }
  return cache
}
