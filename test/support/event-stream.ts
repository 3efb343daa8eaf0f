/** One event of a stream as it came. */
export interface StreamedEvent {
  id: string
  event: string
  data: {
    type: string
    reason?: string
    jobId: string | null
    sequence: number | null
    tenant: string | null
    instanceId: string | null
    batchId: string | null
    data: Record<string, unknown>
  }
}

/** A stream that is being read. */
export interface ReadStream {
  status: number
  headers: Headers
  /** Everything that came, also comments and ids without events. */
  raw(): string
  /** The id to come back with. */
  lastId(): string | undefined
  events: StreamedEvent[]
  /** Reads on until this holds or the stream ends; throws after `timeoutMs`. */
  until(done: (events: StreamedEvent[]) => boolean, timeoutMs?: number): Promise<StreamedEvent[]>
  /** Resolves when the server has closed. */
  ended: Promise<void>
  close(): void
}

/** Opens a stream of server-sent events and reads it as a browser's EventSource would. */
export async function openEventStream(
  url: string,
  options: { token: string; lastEventId?: string | undefined },
): Promise<ReadStream> {
  const aborted = new AbortController()
  const response = await fetch(url, {
    signal: aborted.signal,
    headers: {
      authorization: `Bearer ${options.token}`,
      accept: 'text/event-stream',
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
  })
  const events: StreamedEvent[] = []
  let raw = ''
  let lastId = options.lastEventId
  let tell: () => void = () => undefined
  let isOver = false

  const take = (block: string): void => {
    const fields = Object.fromEntries(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
    )
    if (fields['id'] !== undefined) lastId = fields['id']
    if (fields['data'] === undefined) return
    const data = JSON.parse(fields['data']) as StreamedEvent['data']
    events.push({ id: fields['id'] ?? '', event: fields['event'] ?? 'message', data })
  }
  const read = async (): Promise<void> => {
    let rest = ''
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body ?? []) {
        const text = decoder.decode(chunk as Uint8Array, { stream: true })
        raw += text
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop() ?? ''
        blocks.forEach(take)
        tell()
      }
    } catch (error) {
      if (!aborted.signal.aborted && !(error instanceof TypeError)) throw error
    }
    isOver = true
    tell()
  }
  const ended = read()

  return {
    status: response.status,
    headers: response.headers,
    raw: () => raw,
    lastId: () => lastId,
    events,
    ended,
    async until(done, timeoutMs = 10_000) {
      const deadline = Date.now() + timeoutMs
      while (!done(events) && !isOver) {
        if (Date.now() > deadline) throw new Error(`The stream did not say it: ${raw.slice(-2_000)}`)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 100)
          tell = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return events
    },
    close: () => {
      aborted.abort()
    },
  }
}
