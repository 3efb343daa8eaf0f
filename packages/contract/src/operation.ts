import type { FieldFault, ProblemCode, Scope } from '@edfi-tenants/core'
import type { Static, TObject, TSchema } from '@sinclair/typebox'

/** Groups of operations in the documentation. */
export const tags = {
  Environments: 'Admin API + ODS/API deployments, each with one database engine.',
  Tenants: 'Groupings of instances; each belongs to one environment and maps to one Admin API tenant.',
  'Database servers': 'Where instances live, served by a provisioner.',
  Instances: 'One ODS database and its registration.',
  'Seed bundles': 'Data that new and existing instances can be filled with.',
  Health: 'How instances stand: one, and all.',
  Archives: 'Backups of instances, which outlive them.',
  Reconciliation: 'Database servers and Admin API compared with our records; nothing is changed unasked.',
  Jobs: 'What a client polls after a 202.',
  Batches: 'Many jobs asked for at once.',
  Events: 'What happens, as it happens: streams of server-sent events.',
  Webhooks: 'What happens, sent to an address of yours.',
  'API clients': 'Who may call this API, and what for.',
  Audit: 'Every call that changed or revealed something, refused attempts too.',
  Tokens: 'Sign-in.',
  Service: 'Health and documentation of the service itself.',
} as const
export type Tag = keyof typeof tags

/** Response headers that operations use; their descriptions stand in the OpenAPI document. */
export type ResponseHeader = 'Location' | 'Retry-After' | 'Cache-Control' | 'ETag' | 'Preference-Applied' | 'Link'

/** One way a call succeeds (or, for readiness, says that it does not). */
export interface OperationResponse {
  readonly description: string
  /** Of the JSON body; absent where there is none. */
  readonly schema?: TSchema
  readonly example?: unknown
  readonly headers?: readonly ResponseHeader[]
  /** Bodies other than JSON: media type → what it holds. */
  readonly otherMedia?: Readonly<Record<string, string>>
}

/** A call of the HTTP contract, as data: routes, validation and the OpenAPI document all come from it. */
export interface Operation {
  /** Also the `operationId`. */
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** As in OpenAPI: `/v1/instances/{id}`. */
  readonly path: `/${string}`
  readonly summary: string
  readonly description?: string
  readonly tag: Tag
  /** What the client must have been granted; null: no sign-in. */
  readonly scope: Scope | null
  /** Any of these will do as well; what is asked for decides which is needed, and the handler sees to that. */
  readonly otherScopes?: readonly Scope[]
  /** Only for clients bound to `*`; to others it answers as if it did not exist. */
  readonly anyTenantOnly?: boolean
  readonly params?: TObject
  /** Scalars, and maps: a map `label` is asked for as `label.<key>=value`. */
  readonly query?: TObject
  readonly headers?: TObject
  /** May be left out where its schema has a `default`. */
  readonly body?: TSchema
  /** Default JSON. */
  readonly bodyMedia?: 'application/json' | 'application/x-www-form-urlencoded'
  readonly bodyExamples?: Readonly<Record<string, unknown>>
  /** Rules on the body that no schema can say; runs beside the schema so that all faults come at once. */
  readonly check?: (body: unknown) => FieldFault[]
  /** The handler checks the body, with what only it can know, so that all faults come at once. */
  readonly bodyCheckedByHandler?: boolean
  /** The largest body in bytes; default one mebibyte. */
  readonly maxBodyBytes?: number
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: boolean
  readonly responses: Readonly<Record<number, OperationResponse>>
  /** Problems of its own; {@link problemsOf} adds those that follow from its kind. */
  readonly problems: readonly ProblemCode[]
}

/** Declares an operation and keeps the types of its schemas. */
export const defineOperation = <const O extends Operation>(operation: O): O => operation

type PartOf<O, K extends string, Without> = O extends Readonly<Record<K, infer S extends TSchema>> ? Static<S> : Without

/** A request as its handler gets it: checked, with query parameters parsed and their defaults filled in. */
export interface RequestOf<O extends Operation> {
  params: PartOf<O, 'params', Record<string, never>>
  query: PartOf<O, 'query', Record<string, never>>
  headers: PartOf<O, 'headers', Record<string, never>>
  body: PartOf<O, 'body', undefined>
  /** Only where the operation takes one and the client sent one. */
  idempotencyKey: string | undefined
}

/** The statuses with which an operation's own responses come. */
export type StatusOf<O extends Operation> = keyof O['responses'] & number

/** The JSON body of one of an operation's responses; undefined where it has none. */
export type ResponseOf<O extends Operation, S extends StatusOf<O>> = PartOf<O['responses'][S], 'schema', undefined>

/** Every problem an operation may answer with, its own first, without repetitions. */
export function problemsOf(operation: Operation): ProblemCode[] {
  const isSignedIn = operation.scope !== null
  const isData = operation.path.startsWith('/v1/') || operation.path === '/connect/token'
  const codes: ProblemCode[] = [...operation.problems]
  if (operation.query ?? operation.headers ?? operation.body ?? operation.idempotent) codes.push('validation_failed')
  if (operation.body) codes.push('malformed_json', 'payload_too_large', 'not_acceptable_media_type')
  if (isSignedIn) codes.push('unauthenticated', 'insufficient_scope')
  if (operation.params ?? operation.anyTenantOnly) codes.push('not_found')
  if (operation.idempotent) codes.push('idempotency_key_in_use', 'idempotency_key_reused')
  if (isData) codes.push('too_many_requests', 'control_database_unavailable', 'internal_error')
  return [...new Set(codes)].filter(
    (code) => code !== 'malformed_json' || operation.bodyMedia !== 'application/x-www-form-urlencoded',
  )
}

/** The path as Express wants it: `/v1/instances/:id`. */
export const expressPath = (operation: Operation): string => operation.path.replaceAll(/\{(\w+)\}/g, ':$1')

/** The path with its parameters filled in, for clients and for `Location`. */
export const pathOf = (operation: Operation, params: Readonly<Record<string, string>> = {}): string =>
  operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`The path ${operation.path} needs the parameter ${name}.`)
    return encodeURIComponent(value)
  })
