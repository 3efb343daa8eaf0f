import { isRecord } from '../is-record.js'

/** Which way a schema is used. */
export type Direction = 'request' | 'response'

/** Collects the named schemas of a document while its parts are made. */
export interface Components {
  /** The schema as it stands in the document: named ones become references, at any depth. */
  place: (schema: unknown, direction: Direction) => unknown
  /** What was collected, in order of names. */
  schemas: () => Record<string, unknown>
}

/**
 * A collector for one document. A schema with a `title` becomes the component of that name; two different ones of one
 * name are a mistake and throw. Answers are published open, though they are closed here: fields are added over time,
 * and generated clients must not stumble over them.
 */
export function componentsCollector(): Components {
  const collected = new Map<string, unknown>()

  const place = (schema: unknown, direction: Direction): unknown => {
    if (!isRecord(schema) || typeof schema['title'] !== 'string') return inside(schema, direction)
    const { title } = schema
    const placed = inside(schema, direction)
    if (collected.has(title) && JSON.stringify(collected.get(title)) !== JSON.stringify(placed))
      throw new Error(`Two different schemas have the name ${title}.`)
    collected.set(title, placed)
    return { $ref: `#/components/schemas/${title}` }
  }

  const inside = (schema: unknown, direction: Direction): unknown => {
    if (Array.isArray(schema)) return schema.map((part) => place(part, direction))
    if (!isRecord(schema)) return schema
    return Object.fromEntries(
      Object.entries(schema)
        .filter(
          ([keyword, value]) => !(direction === 'response' && keyword === 'additionalProperties' && value === false),
        )
        .map(([keyword, value]) => [keyword, inKeyword(keyword, value, direction)]),
    )
  }

  const inKeyword = (keyword: string, value: unknown, direction: Direction): unknown => {
    if (keyword === 'properties' && isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([name, property]) => [name, place(property, direction)]))
    return withSchemas.has(keyword) ? place(value, direction) : value
  }

  return {
    place,
    schemas: () => Object.fromEntries([...collected].sort(([a], [b]) => a.localeCompare(b, 'en'))),
  }
}

const withSchemas = new Set(['items', 'anyOf', 'oneOf', 'allOf', 'not', 'additionalProperties', 'propertyNames'])
