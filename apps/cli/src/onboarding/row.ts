import type { RefusalFault } from '../refusal.js'

/** One instance that a file asks for. */
export interface Row {
  /** Where it begins in the file, the first line is 1. */
  line: number
  /** The caller's own name for it; null where the file has none. */
  ref: string | null
  /** Whether it was made of cells, so that its faults are of columns. */
  isOfCells: boolean
  /** The body of `POST /v1/instances`. */
  body: Record<string, unknown>
}

/** A file as read: its rows, and everything that is wrong with it. */
export interface ReadRows {
  rows: Row[]
  faults: RefusalFault[]
}
