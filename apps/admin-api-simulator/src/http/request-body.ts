import { ApiFailure, malformedRequest, unsupportedMediaType } from './errors.js'
import type { Call } from './route.js'

interface FieldTypes {
  string: string | null
  int: number
  boolean: boolean
  optionalBoolean: boolean | null
  ids: number[] | null
  unknown: unknown
}

/** How one property of a body is read. Absent numbers are 0 and absent booleans false, as C# value types are. */
export type FieldKind = keyof FieldTypes

/** The properties of a body by their camelCase name. */
export type Fields = Record<string, FieldKind>

/** What reading a body with these fields gives. */
export type BodyOf<F extends Fields> = { -readonly [K in keyof F]: FieldTypes[F[K]] }

/**
 * Reads a JSON body. Property names are matched ignoring case, unknown ones are ignored, numbers may come as strings.
 * @throws ApiFailure 400 when it is not JSON or a value has the wrong type, 415 when it is not declared as JSON.
 */
export function readBody<F extends Fields>(call: Call, fields: F): BodyOf<F> {
  if (call.text === '') throw malformedRequest()
  if (!/^application\/([\w.-]+\+)?json\b/i.test(call.request.get('content-type') ?? '')) throw unsupportedMediaType()
  return readFields(parseJson(call.text), fields)
}

/**
 * Reads one JSON object, as `readBody` does.
 * @throws ApiFailure 400 when it is no object or a value has the wrong type.
 */
export function readFields<F extends Fields>(json: unknown, fields: F): BodyOf<F> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformedRequest()
  const given = new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value as unknown]))
  const body: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(fields)) body[name] = readers[kind](given.get(name.toLowerCase()))
  return body as BodyOf<F>
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformedRequest()
  }
}

const readers: { [K in FieldKind]: (value: unknown) => FieldTypes[K] } = {
  string: (value) => (value === undefined || value === null ? null : ofType(value, 'string')),
  int: (value) => (value === undefined ? 0 : wholeNumber(value)),
  boolean: (value) => (value === undefined ? false : ofType(value, 'boolean')),
  optionalBoolean: (value) => (value === undefined || value === null ? null : ofType(value, 'boolean')),
  ids: (value) => (value === undefined || value === null ? null : list(value).map(wholeNumber)),
  unknown: (value) => value,
}

function ofType(value: unknown, type: 'string'): string
function ofType(value: unknown, type: 'boolean'): boolean
function ofType(value: unknown, type: 'string' | 'boolean'): unknown {
  if (typeof value !== type) throw malformedRequest()
  return value
}

function wholeNumber(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) throw malformedRequest()
  return number
}

/**
 * Reads a JSON array.
 * @throws ApiFailure 400 when it is none.
 */
export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw malformedRequest()
  return value as unknown[]
}

/**
 * The properties of a form body; names are matched ignoring case and empty values count as absent, as MVC binds them.
 * @throws ApiFailure 415 when it is not declared as a form.
 */
export function readForm(call: Call): Map<string, string> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.request.get('content-type') ?? '')) throw new ApiFailure(415)
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(call.text)) {
    if (value !== '' && !form.has(name.toLowerCase())) form.set(name.toLowerCase(), value)
  }
  return form
}
