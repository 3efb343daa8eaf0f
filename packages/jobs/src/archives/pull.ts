/**
 * What `produce` pushes, chunk by chunk, as something to be pulled: each push ends once its chunk was taken, so nothing
 * piles up in between. Production begins with the first chunk that is asked for and is aborted when no more is wanted;
 * its error is the error of the stream, which ends only after production has.
 */
export async function* pull(
  produce: (write: (chunk: Uint8Array) => Promise<void>, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  const stop = new AbortController()
  const follow = (): void => stop.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const production = produce((chunk) => writer.write(chunk), stop.signal).then(
    () => writer.close(),
    async (error: unknown) => {
      await writer.abort(error)
      throw error
    },
  )
  production.catch(() => undefined)
  try {
    yield* readable as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>
    await production
  } finally {
    signal.removeEventListener('abort', follow)
    stop.abort(new Error('No more is wanted.'))
    await production.catch(() => undefined)
  }
}
