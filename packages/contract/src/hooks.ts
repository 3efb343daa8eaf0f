import { hookEvents, isHookPlace, placesIn, type FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { resourceName, secret, text, webAddress } from './fields.js'
import { isRecord } from './is-record.js'
import { pointerTo } from './json-pointer.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'

const name = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$',
  'x-rule': 'must have 1 to 40 characters: letters, digits, underscores and hyphens, the first a letter or digit',
  description: 'A tenant’s hook stands in the place of its server’s of the same name, and that of its environment’s.',
})
const events = Type.Array(oneOfWords(hookEvents), {
  minItems: 1,
  uniqueItems: true,
  description: 'When it is called; default for a container: all but `afterDelete`.',
})
const required = Type.Boolean({
  default: true,
  description: 'Whether its failure fails the job; otherwise it is only told in the step’s `detail`.',
})
const retryForSeconds = Type.Integer({
  minimum: 0,
  maximum: 86_400,
  description:
    'How long transient faults (no answer, 408, 425, 429, 5xx) are repeated; default: as for all steps, or a minute where it is not required.',
})
const headerName = Type.String({
  pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$",
  'x-rule': 'must be the name of a header',
})
/** Headers that are part of how a call is made, or prove whose it is. */
const ownHeader =
  /^(?:host|connection|transfer-encoding|expect|upgrade|te|trailer|user-agent|accept|content-.*|webhook-.*|proxy-.*)$/i
const headerValue = secret({
  maxLength: 2000,
  pattern: '^[\\u0020-\\u007e]*$',
  'x-rule': 'must be printable ASCII',
})
const timeoutMs = Type.Integer({
  minimum: 100,
  maximum: 120_000,
  default: 15_000,
  description: 'Milliseconds per call.',
})
const pollForSeconds = Type.Integer({
  minimum: 1,
  maximum: 86_400,
  default: 900,
  description: 'How long an answer 202 with a `Location` is followed up.',
})

const httpHook = closed(
  {
    url: webAddress({ description: 'Called by POST; only hosts that the operator allows.' }),
    secret: Type.Optional(
      secret({
        pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$',
        'x-rule': 'must be whsec_ followed by base64 of 24 to 64 bytes',
        description:
          'Signs every call by the [Standard Webhooks](https://www.standardwebhooks.com) convention. Needed for a new hook and for another `url`; otherwise the one on record stays.',
      }),
    ),
    timeoutMs: Type.Optional(timeoutMs),
    pollForSeconds: Type.Optional(pollForSeconds),
    headers: Type.Optional(
      mapOf(headerName, headerValue, {
        maxProperties: 20,
        writeOnly: true,
        description: 'Sent along. Their values never come back; absent, those on record stay.',
      }),
    ),
  },
  { title: 'HttpHook' },
)

const variable = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  'x-rule': 'must be the name of an environment variable',
})
const variableValue = text(2000, { minLength: 0 })
const image = Type.String({
  maxLength: 300,
  pattern: '^[a-z0-9][A-Za-z0-9._/:-]*(?:@sha256:[a-f0-9]{64})?$',
  'x-rule': 'must be the reference of an image',
  description: 'One of those that the operator allows (`HOOK_IMAGES_ALLOWED`).',
})
const network = Type.String({
  pattern: '^(?!(?:host|none|default|bridge)$)[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$',
  'x-rule': 'must be the name of a network of its own',
  description: 'One of those that the operator allows (`HOOK_NETWORKS_ALLOWED`); default: the engine’s own.',
})
const port = closed({
  container: Type.Integer({ minimum: 1, maximum: 65_535 }),
  host: Type.Optional(
    Type.Integer({ minimum: 1024, maximum: 65_535, description: 'Absent: the engine chooses a free one.' }),
  ),
  protocol: Type.Optional(oneOfWords(['tcp', 'udp'], { default: 'tcp' })),
})
const containerParts = {
  engine: Type.Optional(
    resourceName({ default: 'default', description: 'One of those that the operator has named on the worker.' }),
  ),
  image,
  environment: Type.Optional(
    mapOf(variable, variableValue, {
      maxProperties: 100,
      description:
        'Values may name `{{instance.id}}`, `{{instance.name}}`, `{{instance.number}}`, `{{tenant}}`, `{{environment}}`, `{{databaseName}}`, `{{odsInstanceId}}`, `{{contexts.…}}` and, here and in `secretEnvironment` only, `{{connectionString}}`.',
    }),
  ),
  ports: Type.Optional(Type.Array(port, { maxItems: 20 })),
  network: Type.Optional(network),
  command: Type.Optional(Type.Array(text(2000), { minItems: 1, maxItems: 50 })),
  labels: Type.Optional(
    mapOf(
      Type.String({
        pattern: '^(?!org\\.ed-fi\\.tenants\\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$',
        'x-rule': 'must be a label that is not ours to set',
      }),
      text(1000, { minLength: 0 }),
      { maxProperties: 50 },
    ),
  ),
  restart: Type.Optional(oneOfWords(['no', 'on-failure', 'unless-stopped'], { default: 'unless-stopped' })),
  pull: Type.Optional(oneOfWords(['always', 'missing', 'never'], { default: 'missing' })),
  healthTimeoutMs: Type.Optional(
    Type.Integer({
      minimum: 1000,
      maximum: 3_600_000,
      default: 120_000,
      description: 'How long it may take to run, or to be healthy where its image says how to tell.',
    }),
  ),
}

const containerHook = closed(
  {
    ...containerParts,
    secretEnvironment: Type.Optional(
      mapOf(variable, secret({ maxLength: 2000 }), {
        maxProperties: 100,
        writeOnly: true,
        description:
          'Further variables, whose values never come back. Absent, those on record stay; another engine or image needs them again.',
      }),
    ),
  },
  { title: 'ContainerHook' },
)

/** One hook of a request. */
export const hookRequest = closed(
  {
    name,
    events: Type.Optional(events),
    required: Type.Optional(required),
    retryForSeconds: Type.Optional(retryForSeconds),
    http: Type.Optional(httpHook),
    container: Type.Optional(containerHook),
  },
  {
    title: 'HookRequest',
    oneOf: [{ required: ['http', 'events'] }, { required: ['container'] }],
    'x-rule': 'must have either http, with its events, or container',
  },
)
export type HookRequest = Static<typeof hookRequest>

/** The hooks of a request; they take the place of those there are. */
export const hookRequests = Type.Array(hookRequest, {
  maxItems: 20,
  description:
    'What is called, or started, as instances come and go: see the guide to hooks. Replaced as a whole; hooks of the same name keep their secrets unless others are given.',
})

/** A hook as answered, without any secret. */
export const hookSchema = closed(
  {
    name: Type.String(),
    events: Type.Array(oneOfWords(hookEvents)),
    required: Type.Boolean(),
    retryForSeconds: nullable(Type.Integer()),
    http: nullable(
      closed(
        {
          url: Type.String(),
          timeoutMs: Type.Integer(),
          pollForSeconds: Type.Integer(),
          headerNames: Type.Array(Type.String()),
        },
        { title: 'ShownHttpHook' },
      ),
    ),
    container: nullable(
      closed(
        {
          engine: Type.String(),
          image: Type.String(),
          environment: mapOf(Type.String(), Type.String()),
          secretNames: Type.Array(Type.String()),
          ports: Type.Array(port),
          network: nullable(Type.String()),
          command: nullable(Type.Array(Type.String())),
          labels: mapOf(Type.String(), Type.String()),
          restart: oneOfWords(['no', 'on-failure', 'unless-stopped']),
          pull: oneOfWords(['always', 'missing', 'never']),
          healthTimeoutMs: Type.Integer(),
        },
        { title: 'ShownContainerHook' },
      ),
    ),
  },
  { title: 'Hook' },
)
export type Hook = Static<typeof hookSchema>

/** The hooks of an answer. */
export const shownHooks = Type.Array(hookSchema)

/**
 * What hooks must also fulfil, beyond their schema: names are distinct whatever their case, headers are none of ours, and
 * what stands in braces is a place of an instance, the connection string only where it is not on show. Reads anything with `hooks`.
 */
export function checkHooks(request: unknown): FieldFault[] {
  const hooks: unknown = isRecord(request) ? request['hooks'] : undefined
  if (!Array.isArray(hooks)) return []
  const seen = new Set<string>()
  return (hooks as unknown[]).flatMap((hook, at) => {
    if (!isRecord(hook)) return []
    const faults = [
      ...(isRecord(hook['container']) ? checkPlaces(hook['container'], at) : []),
      ...(isRecord(hook['http']) ? checkHeaders(hook['http'], at) : []),
    ]
    if (typeof hook['name'] !== 'string') return faults
    const key = hook['name'].toLowerCase()
    if (seen.has(key)) faults.push({ pointer: pointerTo('hooks', at, 'name'), detail: 'is the name of another hook' })
    seen.add(key)
    return faults
  })
}

const checkHeaders = ({ headers }: Record<string, unknown>, at: number): FieldFault[] =>
  (isRecord(headers) ? Object.keys(headers) : [])
    .filter((name) => ownHeader.test(name))
    .map((name) => ({ pointer: pointerTo('hooks', at, 'http', 'headers', name), detail: 'is not yours to set' }))

function checkPlaces(container: Record<string, unknown>, at: number): FieldFault[] {
  const texts = (field: string): [string, unknown][] => {
    const given = container[field]
    return typeof given === 'object' && given !== null ? Object.entries(given) : []
  }
  return ['environment', 'secretEnvironment', 'command', 'labels'].flatMap((field) =>
    texts(field).flatMap(([key, value]): FieldFault[] => {
      const places = typeof value === 'string' ? placesIn(value) : []
      const pointer = pointerTo('hooks', at, 'container', field, key)
      const unknown = places.find((place) => !isHookPlace(place))
      if (unknown !== undefined) return [{ pointer, detail: `names {{${unknown}}}, which is nothing of an instance` }]
      return places.includes('connectionString') && !/environment$/i.test(field)
        ? [{ pointer, detail: 'must not name {{connectionString}}, which would be on show here' }]
        : []
    }),
  )
}
