/** Prints what has come up and how long it took, from the call to the end of the promise. */
export const stopwatch =
  (print: (text: string) => void) =>
  async <T>(what: string, promise: Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    const result = await promise
    print(`  ✓ ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
    return result
  }
