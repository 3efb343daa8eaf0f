/**
 * A function that keeps what it has read for a while (milliseconds), and asks once for all who ask at the same time.
 * Failures are not kept. `fresh` reads anew; who asks meanwhile gets that.
 */
export function cached<Value>(
  keptMs: number,
  read: (key: string) => Promise<Value>,
): (key: string, fresh: boolean) => Promise<Value> {
  const entries = new Map<string, { value: Promise<Value>; until: number; pending: boolean }>()
  return (key, fresh) => {
    const now = performance.now()
    for (const [each, { until, pending }] of entries) if (!pending && until <= now) entries.delete(each)
    const known = entries.get(key)
    if (known && !fresh) return known.value
    // Kept from the moment of asking, so that no value is ever older than that.
    const entry = { value: read(key), until: now + keptMs, pending: true }
    entries.set(key, entry)
    void entry.value.then(
      () => {
        entry.pending = false
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    return entry.value
  }
}
