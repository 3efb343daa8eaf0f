import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'

/** Something that runs and has to be stopped. */
export interface Part {
  /** In order. */
  stop(): unknown
  /** At once, where that is something else. */
  kill?(): unknown
}

/** What is running, to be stopped in reverse order. */
export interface Parts {
  add<T extends Part>(part: T): T
  /** Stops everything and ends this process. */
  end(exitCode: number): Promise<never>
}

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
const parentCheckMs = 500

const written = (stream: Writable): Promise<void> =>
  new Promise((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve()))

/** Our parent and its parent, where that can be read: npm starts us through a shell, which does not end with it. */
function callers(): string {
  try {
    // The fourth field; the second one, a name in brackets, may hold spaces.
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? ''}`
  } catch {
    return String(process.ppid)
  }
}

/**
 * Ends this process in order on SIGINT, SIGTERM, SIGHUP (0 once `isReady`, as that is how it is meant to end), when its
 * stdout is closed, and when npm, which has started it, is gone. A second signal ends it at once.
 */
export function endInOrder(options: {
  say: (text: string) => void
  isReady: () => boolean
  /** npm runs us, as its own variables say. */
  startedByNpm: boolean
}): Parts {
  const { say, isReady } = options
  const parts: Part[] = []
  let ending: Promise<never> | undefined

  async function stopAll(exitCode: number): Promise<never> {
    for (let part = parts.pop(); part; part = parts.pop()) {
      try {
        await part.stop()
      } catch (error) {
        say(`Something could not be stopped in order: ${String(error)}`)
      }
    }
    await Promise.all([written(process.stdout), written(process.stderr)])
    process.exit(exitCode)
  }
  const end = (exitCode: number): Promise<never> => (ending ??= stopAll(exitCode))

  function hear(signal: keyof typeof signals): void {
    if (ending) {
      // Native services end by themselves when we are gone.
      for (const part of parts) part.kill?.()
      process.exit(128 + signals[signal])
    }
    say('Stopping …')
    void end(isReady() ? 0 : 128 + signals[signal])
  }
  for (const signal of Object.keys(signals) as (keyof typeof signals)[]) process.on(signal, hear)
  process.stdout.on('error', () => void end(1))
  process.stderr.on('error', () => void end(1))
  if (options.startedByNpm) {
    const atStart = callers()
    setInterval(() => (callers() === atStart ? undefined : void end(1)), parentCheckMs).unref()
  }

  return {
    add(part) {
      parts.push(part)
      return part
    },
    end,
  }
}
