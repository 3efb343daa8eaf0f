import type { FieldFault } from '@edfi-tenants/core'
import type { ErrorObject } from 'ajv/dist/2020.js'
import { isRecord } from './is-record.js'
import { pointerTo } from './json-pointer.js'

/** The most faults that one answer lists. */
export const maxFaults = 100

const maxPointerLength = 300

/**
 * Faults in words from what ajv found: one per place and rule, in the order of their pointers. No value of the
 * request is repeated, since any may be a secret typed into the wrong field. `pointerPrefix` goes before each pointer.
 */
export function faultsFrom(errors: readonly ErrorObject[], pointerPrefix = ''): FieldFault[] {
  const shown = withoutConsequences(errors)
  const empty = new Set(shown.filter((error) => error.keyword === 'minLength' && error.data === '').map(placeOf))
  return orderedFaults(
    shown
      .filter((error) => error.keyword === 'minLength' || !empty.has(placeOf(error)))
      .map((error) => ({ pointer: pointerPrefix + placeOf(error), detail: detailOf(error) })),
  )
}

/** Faults without repetitions, in a stable order, as many as an answer lists. */
export function orderedFaults(faults: readonly FieldFault[]): FieldFault[] {
  const unique = new Map(
    faults.map(({ pointer, detail }) => [
      `${pointer}\n${detail}`,
      { pointer: pointer.slice(0, maxPointerLength), detail },
    ]),
  )
  return [...unique.values()]
    .sort(
      (a, b) => a.pointer.localeCompare(b.pointer, 'en', { numeric: true }) || a.detail.localeCompare(b.detail, 'en'),
    )
    .slice(0, maxFaults)
}

/** Leaves out what only follows from another error: branches of a choice, and the notice that a key was refused. */
function withoutConsequences(errors: readonly ErrorObject[]): ErrorObject[] {
  const hidden: string[] = []
  for (const error of errors) {
    if (error.keyword !== 'anyOf' && error.keyword !== 'oneOf') continue
    const nullBranch = (error.schema as unknown[]).findIndex((branch) => isRecord(branch) && branch['type'] === 'null')
    // "This or null" speaks of this alone; of another choice only the whole is told.
    hidden.push(...(nullBranch === -1 ? [`${error.schemaPath}/`] : [`${error.schemaPath}/${nullBranch}/`]))
    if (nullBranch !== -1) hidden.push(error.schemaPath)
  }
  return errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'propertyNames' &&
      keyword !== 'if' &&
      !hidden.some((path) => (path.endsWith('/') ? schemaPath.startsWith(path) : schemaPath === path)),
  )
}

/** Where an error lies; a missing or unknown property is pointed at by its own name. */
function placeOf(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>
  const name =
    params['missingProperty'] ?? params['additionalProperty'] ?? params['unevaluatedProperty'] ?? error.propertyName
  return typeof name === 'string' ? error.instancePath + pointerTo(name) : error.instancePath
}

const detailOf = (error: ErrorObject): string =>
  error.propertyName === undefined ? sentenceOf(error) : `the key ${sentenceOf(error)}`

/** What ajv says about an error beside its keyword, as far as it is used here. */
interface Details {
  type: string | string[]
  allowedValues: unknown[]
  allowedValue: unknown
  pattern: string
  format: string
  limit: number
  multipleOf: number
  i: number
  j: number
}

/** How each keyword's error reads; each completes "the field …". */
const sentences: Readonly<Record<string, (details: Details, error: ErrorObject) => string>> = {
  type: ({ type }) => `must be ${[type].flat().map(kindInWords).join(' or ')}`,
  required: () => 'is required',
  dependentRequired: () => 'is required',
  additionalProperties: (_, error) => `is not a known property${similarName(error)}`,
  unevaluatedProperties: () => 'is not a known property',
  enum: ({ allowedValues }) => `must be one of ${allowedValues.map(String).join(', ')}`,
  const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
  pattern: ({ pattern }, error) => ruleFor(error) ?? `must match the pattern ${pattern}`,
  format: ({ format }, error) => ruleFor(error) ?? formatsInWords[format] ?? `must be a valid ${format}`,
  minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`),
  maxLength: ({ limit }) => `must have at most ${limit} characters`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  exclusiveMinimum: ({ limit }) => `must be more than ${limit}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${limit}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${multipleOf}`,
  minItems: ({ limit }) => `must have at least ${counted(limit, 'item', 'items')}`,
  maxItems: ({ limit }) => `must have at most ${counted(limit, 'item', 'items')}`,
  uniqueItems: ({ i, j }) => `must not have the same item twice (positions ${Math.min(i, j)} and ${Math.max(i, j)})`,
  minProperties: ({ limit }) => `must have at least ${counted(limit, 'property', 'properties')}`,
  maxProperties: ({ limit }) => `must have at most ${counted(limit, 'property', 'properties')}`,
  'false schema': () => 'must not be given here',
}

const sentenceOf = (error: ErrorObject): string =>
  sentences[error.keyword]?.(error.params as Details, error) ?? ruleOf(error) ?? error.message ?? 'is not valid'

const counted = (count: number, one: string, several: string): string => `${count} ${count === 1 ? one : several}`

const kindsInWords: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
}
const kindInWords = (kind: string): string => kindsInWords[kind] ?? kind

const formatsInWords: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  uri: 'must be an absolute URL',
  email: 'must be an e-mail address',
}

function ruleOf(error: ErrorObject): string | undefined {
  const rule: unknown = isRecord(error.parentSchema) ? error.parentSchema['x-rule'] : undefined
  return typeof rule === 'string' ? rule : undefined
}

/** The rule in words; where only spaces at the ends break it, that alone. */
function ruleFor(error: ErrorObject): string | undefined {
  const rule = ruleOf(error)
  const pattern: unknown = isRecord(error.parentSchema) ? error.parentSchema['pattern'] : undefined
  if (rule === undefined || typeof pattern !== 'string' || typeof error.data !== 'string') return rule
  const trimmed = error.data.replace(/^ +| +$/g, '')
  return trimmed !== error.data && new RegExp(pattern, 'u').test(trimmed) ? 'must not begin or end with a space' : rule
}

/** A hint when the unknown name is a known one written otherwise, as in `database_name`. */
function similarName(error: ErrorObject): string {
  const known: unknown = isRecord(error.parentSchema) ? error.parentSchema['properties'] : undefined
  const given = (error.params as { additionalProperty?: string }).additionalProperty
  if (!isRecord(known) || given === undefined) return ''
  const similar = Object.keys(known).find((name) => plain(name) === plain(given))
  return similar === undefined ? '' : `; did you mean ${similar}?`
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
