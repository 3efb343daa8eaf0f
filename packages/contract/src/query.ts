import type { FieldFault } from '@edfi-tenants/core'
import type { TObject, TSchema } from '@sinclair/typebox'
import { errorsOf } from './compile.js'
import { faultsFrom } from './faults.js'
import { isStorable } from './storable.js'

/** A query as its schema describes it, and what is wrong with it. */
export interface ParsedQuery {
  value: Record<string, unknown>
  faults: FieldFault[]
}

/**
 * Reads a query by its schema: whole numbers and `true`/`false` are parsed where the schema has them, a map `label` is
 * read from `label.<key>=value`, defaults are filled in. Unknown and repeated parameters are faults.
 */
export function parseQuery(schema: TObject | undefined, search: string | URLSearchParams): ParsedQuery {
  const properties: Record<string, TSchema> = schema?.properties ?? {}
  const faults: FieldFault[] = []
  const seen = new Set<string>()
  const scalars = new Map<string, unknown>()
  const maps = new Map<string, Map<string, string>>()

  for (const [parameter, text] of new URLSearchParams(search)) {
    const pointer = `?${parameter}`
    if (seen.has(parameter)) {
      faults.push({ pointer, detail: 'must not be given more than once' })
      continue
    }
    seen.add(parameter)
    const [name, key] = splitName(parameter, properties)
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (!property || (property['type'] === 'object') !== (key !== undefined))
      faults.push({ pointer, detail: 'is not a known query parameter' })
    else if (!isStorable(parameter) || !isStorable(text))
      faults.push({ pointer, detail: 'must not contain NUL characters or broken Unicode' })
    else if (key !== undefined) maps.set(name, (maps.get(name) ?? new Map<string, string>()).set(key, text))
    else scalars.set(name, parseScalar(property, text))
  }

  // From entries, so that a key such as `__proto__` is an ordinary one.
  const value: Record<string, unknown> = {
    ...defaultsOf(properties),
    ...Object.fromEntries(scalars),
    ...Object.fromEntries([...maps].map(([name, map]) => [name, Object.fromEntries(map)])),
  }
  if (schema)
    faults.push(...faultsFrom(errorsOf(schema, value)).map((fault) => ({ ...fault, pointer: inQuery(fault.pointer) })))
  return { value, faults }
}

/** `label.stage` is the key `stage` of the map `label`, where there is such a map. */
function splitName(parameter: string, properties: Readonly<Record<string, TSchema>>): [name: string, key?: string] {
  const dot = parameter.indexOf('.')
  const name = parameter.slice(0, dot)
  if (dot === -1 || !Object.hasOwn(properties, name) || properties[name]?.['type'] !== 'object') return [parameter]
  return [name, parameter.slice(dot + 1)]
}

/** The value a text stands for; the text itself where it stands for none, which the schema then refuses. */
function parseScalar(property: TSchema, text: string): unknown {
  if (property['type'] === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (property['type'] === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

const defaultsOf = (properties: Readonly<Record<string, TSchema>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  )

/** `/limit` → `?limit`, `/label/stage` → `?label.stage`. */
const inQuery = (pointer: string): string =>
  `?${pointer.slice(1).replace('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')}`
