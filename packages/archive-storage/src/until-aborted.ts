/** The same stream, which also ends (with the signal's reason) while its source gives nothing and heeds no signal. */
export async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted()
  let abort = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
  aborted.catch(() => undefined)
  const source = chunks[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const next = await Promise.race([source.next(), aborted])
      if (next.done) break
      yield next.value
    }
    ended = true
  } finally {
    signal.removeEventListener('abort', abort)
    // Not waited for: a source that is stuck would keep its reader from ever ending.
    if (!ended) void Promise.resolve(source.return?.()).catch(() => undefined)
  }
}
