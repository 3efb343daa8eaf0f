import type { Log } from './log.js'

/** Rows are written at most this often, in milliseconds, however often a step speaks. */
const interval = 1_000

/** Passes a step's progress on to its row, thinned out. A lost write is no fault: the next one, or the step's end, follows. */
export function createProgressWriter(options: {
  write: (percent: number, detail?: string) => Promise<void>
  log: Pick<Log, 'warn'>
}): (percent: number, detail?: string) => void {
  let lastAt = -Infinity
  let writing = false
  return (percent, detail) => {
    if (writing || performance.now() - lastAt < interval) return
    writing = true
    lastAt = performance.now()
    options
      .write(percent, detail)
      .catch((error: unknown) => options.log.warn('progress was not written', { error }))
      .finally(() => (writing = false))
  }
}
