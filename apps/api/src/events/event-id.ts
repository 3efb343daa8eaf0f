import type { EventPosition, Snapshot } from '@edfi-tenants/store'

/**
 * The id of an event in the streams of batches and tenants: how far whoever has read it is, as text for `Last-Event-ID`.
 * Opaque for clients, not secret and not signed: a forged one only chooses other events that the client may see anyway.
 */
export const eventIdOf = ({ seen, until, at }: EventPosition): string =>
  `${textOf(seen)}~${textOf(until)}~${at.toString(36)}`

/** How far a reader with this `Last-Event-ID` is; undefined when the id is none of ours. */
export function positionOf(id: string): EventPosition | undefined {
  const [seenText = '', untilText = '', atText = '', more] = id.split('~')
  const seen = snapshotOf(seenText)
  const until = snapshotOf(untilText)
  const at = numberOf(atText)
  return seen && until && at !== undefined && more === undefined ? { seen, until, at } : undefined
}

/** Open transactions are near the first of them, so the distance is short. */
const textOf = ({ xmin, xmax, open }: Snapshot): string =>
  [xmin, xmax - xmin, ...open.map((xid) => xid - xmin)].map((number) => number.toString(36)).join('.')

function snapshotOf(text: string): Snapshot | undefined {
  const numbers = text.split('.').map(numberOf)
  const [xmin, length, ...open] = numbers
  if (xmin === undefined || length === undefined || open.includes(undefined)) return undefined
  return { xmin, xmax: xmin + length, open: open.map((distance) => xmin + (distance ?? 0)) }
}

const numberOf = (text: string): number | undefined =>
  // Ten digits of 36 are below 2^53, and so are sums of two.
  /^[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text, 36) : undefined
