/**
 * What a reader of events has seen: everything that was written by transactions that had ended by then
 * (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT). Transaction numbers are below
 * 2^53 for any database that will ever be.
 */
export interface Snapshot {
  /** Every transaction below has ended. */
  xmin: number
  /** This one and all above had not begun. */
  xmax: number
  /** Those between that had not ended. */
  open: readonly number[]
}

/** Reads a snapshot as PostgreSQL writes it: `xmin:xmax:open,open`. Throws on what is none. */
export function parseSnapshot(text: string): Snapshot {
  const [, xmin, xmax, open] = /^(\d{1,16}):(\d{1,16}):([\d,]*)$/.exec(text) ?? []
  if (xmin === undefined || xmax === undefined || open === undefined) throw new Error(`${text} is no snapshot.`)
  return { xmin: Number(xmin), xmax: Number(xmax), open: open === '' ? [] : open.split(',').map(Number) }
}

/**
 * How far a reader is: it has seen what `seen` shows and, of what became visible between `seen` and `until`, the events
 * up to the id `at`.
 */
export interface EventPosition {
  seen: Snapshot
  until: Snapshot
  at: number
}

/** Sees nothing. */
export const nothingSeen: Snapshot = { xmin: 0, xmax: 0, open: [] }
