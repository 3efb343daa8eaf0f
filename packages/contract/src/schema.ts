import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from '@sinclair/typebox'

/**
 * Annotations of ours in a schema. `x-rule` says in words what a `pattern`, `not` or `oneOf` wants; it becomes the
 * detail of a fault ("must …"). `title` makes a schema a component of that name in the OpenAPI document.
 */
export interface SchemaNotes {
  title?: string
  description?: string
  'x-rule'?: string
  [keyword: string]: unknown
}

/** An object that has these properties and no others. */
export const closed = <T extends TProperties>(properties: T, notes: SchemaNotes = {}): TObject<T> =>
  Type.Object(properties, { ...notes, additionalProperties: false })

/** One of a closed set of words. One `enum`, where TypeBox's union of literals gives one fault per word. */
export const oneOfWords = <const T extends readonly string[]>(words: T, notes: SchemaNotes = {}): TUnsafe<T[number]> =>
  Type.Unsafe<T[number]>({ ...notes, type: 'string', enum: [...words] })

/** The same, or null. Named components stay references; others get a second type, which gives plainer faults. */
export function nullable<T extends TSchema>(schema: T, notes: SchemaNotes = {}): TUnsafe<Static<T> | null> {
  if (typeof schema.title === 'string') return Type.Unsafe({ ...notes, anyOf: [schema, { type: 'null' }] })
  const words = schema['enum'] as unknown[] | undefined
  return Type.Unsafe({
    ...schema,
    ...notes,
    type: [schema['type'] as string, 'null'],
    ...(words ? { enum: [...words, null] } : {}),
  })
}

/** An object used as a map: any key that `keys` allows, to values of one kind. */
export const mapOf = <T extends TSchema>(
  keys: TSchema,
  values: T,
  notes: SchemaNotes = {},
): TUnsafe<Record<string, Static<T>>> =>
  Type.Unsafe({ ...notes, type: 'object', propertyNames: keys, additionalProperties: values })
