import { Failure } from '@edfi-tenants/core'

/** What was looked up; throws `not_found` when there is nothing, in the same words for what is not there and not yours. */
export function found<Row>(row: Row | null): Row {
  if (row === null) throw new Failure('not_found', 'There is nothing at this address.')
  return row
}
