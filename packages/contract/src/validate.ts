import { Failure, type FieldFault } from '@edfi-tenants/core'
import type { Static, TSchema } from '@sinclair/typebox'
import { errorsOf } from './compile.js'
import { faultsFrom, orderedFaults } from './faults.js'
import { isRecord } from './is-record.js'
import type { Operation, RequestOf, ResponseOf, StatusOf } from './operation.js'
import { parseQuery } from './query.js'
import { isStorable, storableFaults } from './storable.js'

/** A request as the HTTP server has it. */
export interface RawRequest {
  /** Of the path, percent-decoding done. */
  params: Readonly<Record<string, unknown>>
  /** What follows `?` in the URL. */
  search: string | URLSearchParams
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed JSON or, for forms, the text or its parameters; undefined where there was none. */
  body: unknown
}

/**
 * The request, checked and typed. Throws `not_found` when a path parameter cannot be the id or name of anything, and
 * otherwise `validation_failed` with the faults of query, headers and body all at once.
 */
export function readRequest<O extends Operation>(operation: O, raw: RawRequest): RequestOf<O> {
  if (operation.params && errorsOf(operation.params, raw.params).length > 0)
    throw new Failure('not_found', 'There is nothing at this address.')
  const query = parseQuery(operation.query, raw.search)
  const headers = readHeaders(operation, raw.headers)
  const body = readBody(operation, raw.body)
  const faults = orderedFaults([...query.faults, ...headers.faults, ...body.faults])
  if (faults.length > 0) throw invalid(faults)
  return {
    params: raw.params,
    query: query.value,
    headers: headers.value,
    body: body.value,
    idempotencyKey: headers.idempotencyKey,
  } as RequestOf<O>
}

/** The failure that lists these faults; its sentence tells the first. */
export function invalid(faults: readonly FieldFault[]): Failure {
  const [first, ...others] = faults
  const told = first ? [first.pointer, first.detail].filter(Boolean).join(' ') : 'The request is not valid'
  const rest = others.length === 0 ? '.' : `, and ${others.length} more ${others.length === 1 ? 'fault' : 'faults'}.`
  return new Failure('validation_failed', told + rest, { errors: [...faults] })
}

/** What is wrong with a value by one of our schemas; nothing when it fits. */
export const faultsBy = (schema: TSchema, value: unknown, pointerPrefix = ''): FieldFault[] =>
  faultsFrom(errorsOf(schema, value), pointerPrefix)

/** Whether a value fits one of our schemas. */
export const fits = <T extends TSchema>(schema: T, value: unknown): value is Static<T> =>
  errorsOf(schema, value).length === 0

/** Whether, and with which faults, an answer departs from the contract; for tests and clients. */
export function responseFaults(operation: Operation, status: number, body: unknown): FieldFault[] {
  const response = operation.responses[status]
  if (!response) return [{ pointer: '', detail: `${operation.id} never answers ${status}` }]
  return response.schema ? faultsBy(response.schema, body) : []
}

/** The answer as its type says, once it is known to fit; throws an error that lists what does not. */
export function asResponse<O extends Operation, S extends StatusOf<O>>(
  operation: O,
  status: S,
  body: unknown,
): ResponseOf<O, S> {
  const faults = responseFaults(operation, status, body)
  if (faults.length === 0) return body as ResponseOf<O, S>
  throw new Error(
    `The answer ${status} to ${operation.id} departs from the contract: ${faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`,
  )
}

interface Read {
  value: unknown
  faults: FieldFault[]
}

function readBody(operation: Operation, given: unknown): Read {
  if (!operation.body) {
    const isEmpty =
      given === undefined || given === null || given === '' || (isRecord(given) && Object.keys(given).length === 0)
    return { value: undefined, faults: isEmpty ? [] : [{ pointer: '', detail: 'this call takes no body' }] }
  }
  const { value, faults } =
    operation.bodyMedia === 'application/x-www-form-urlencoded' ? readForm(given) : { value: given, faults: [] }
  if (value === undefined) {
    const byDefault: unknown = operation.body.default
    return {
      value: byDefault,
      faults: byDefault === undefined ? [{ pointer: '', detail: 'a JSON body is required' }] : [],
    }
  }
  if (operation.bodyCheckedByHandler) return { value, faults }
  const unstorable = storableFaults(value)
  // What is nested beyond measure is not looked at any further.
  if (unstorable.some(({ detail }) => detail.includes('nested'))) return { value, faults: unstorable }
  return {
    value,
    faults: [...faults, ...unstorable, ...faultsBy(operation.body, value), ...(operation.check?.(value) ?? [])],
  }
}

/** RFC 6749 section 3.2: a parameter must not come twice, and one without a value counts as left out. */
function readForm(given: unknown): Read {
  const entries =
    typeof given === 'string' || given instanceof URLSearchParams
      ? [...new URLSearchParams(given)]
      : Object.entries(isRecord(given) ? given : {})
  const names = entries.map(([name]) => name)
  const repeated = entries.filter(([name, value], at) => Array.isArray(value) || names.indexOf(name) !== at)
  return {
    value: Object.fromEntries(entries.filter(([, value]) => value !== '' && !Array.isArray(value))),
    faults: repeated.map(([name]) => ({ pointer: `/${name}`, detail: 'must not be given more than once' })),
  }
}

const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/

function readHeaders(
  operation: Operation,
  given: RawRequest['headers'],
): Read & { idempotencyKey: string | undefined } {
  const faults: FieldFault[] = []
  const value: Record<string, string> = {}
  for (const name of Object.keys(operation.headers?.properties ?? {})) {
    const text = given[name.toLowerCase()]
    if (text !== undefined) value[name] = [text].flat().join(', ')
  }
  if (operation.headers)
    faults.push(
      ...faultsBy(operation.headers, value).map(({ pointer, detail }) => ({
        pointer: `header:${pointer.slice(1)}`,
        detail,
      })),
    )
  const key = operation.idempotent ? given['idempotency-key'] : undefined
  if (key !== undefined && (typeof key !== 'string' || !idempotencyKeyPattern.test(key) || !isStorable(key)))
    faults.push({
      pointer: 'header:Idempotency-Key',
      detail: 'must have 1 to 255 visible ASCII characters, without spaces',
    })
  return { value, faults, idempotencyKey: typeof key === 'string' ? key : undefined }
}
