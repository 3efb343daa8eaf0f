import type { Json } from '@edfi-tenants/core'
import { Type, type TObject, type TProperties, type TSchema } from '@sinclair/typebox'
import { closed, nullable, type SchemaNotes } from './schema.js'

/** Items per page when the request does not say. */
export const defaultPageSize = 50

/** The most items that a page may have. */
export const maxPageSize = 200

/** The query parameters of every list. */
export const pageParameters = {
  limit: Type.Integer({
    minimum: 1,
    maximum: maxPageSize,
    default: defaultPageSize,
    description: 'Items per page.',
  }),
  cursor: Type.Optional(
    Type.String({
      maxLength: 1000,
      pattern: '^[A-Za-z0-9_-]+$',
      'x-rule': 'must be a `nextCursor` from an earlier page',
      description: '`nextCursor` of the page before.',
    }),
  ),
}

/** The query of a list: paging and its own filters. */
export const listQuery = <T extends TProperties>(filters: T): TObject<typeof pageParameters & T> =>
  closed({ ...pageParameters, ...filters })

/** One page of a list; `nextCursor` is null on the last one. `further` are fields beside the items. */
export const pageOf = <T extends TSchema, F extends TProperties>(title: string, item: T, further?: F) =>
  closed(
    {
      items: Type.Array(item),
      nextCursor: nullable(Type.String(), { description: 'For `?cursor=`; null on the last page.' }),
      ...((further ?? {}) as F),
    },
    { title } satisfies SchemaNotes,
  )

/** A cursor from the keyset of a page's last item. Opaque for clients, not secret and not signed: check what it says. */
export const encodeCursor = (keyset: Json): string => Buffer.from(JSON.stringify(keyset)).toString('base64url')

/** The keyset in a cursor; undefined when the cursor is none of ours. */
export function decodeCursor(cursor: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Json
  } catch {
    return undefined
  }
}
