import { Type, type TSchema } from '@sinclair/typebox'
import type { DialectRequest, Page } from '../dialect.js'

/** The id of anything. */
export const Id = Type.Integer({ minimum: 1 })

/** A text, or null as .NET says nothing. */
export const Text = Type.Union([Type.String(), Type.Null()])

/** Something that an older version leaves out, or that is null. */
export const Maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** Reads nothing: most changes answer without a body. */
export const readNothing = (): void => undefined

/** A deletion at this path. */
export const deleteAt = (path: string): DialectRequest<void> => ({ method: 'DELETE', path, read: readNothing })

/** The query of a list by id. Versions before 2.2 do not know the order, and ignore it. */
export const pageQuery = ({ offset, limit }: Page): Record<string, string> => ({
  orderBy: 'id',
  direction: 'asc',
  offset: String(offset),
  limit: String(limit),
})
