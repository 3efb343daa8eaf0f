import type { Logger } from './logger.js'

/** The parts of the surrounding process that stopping has to do with; `process` itself unless a test brings another. */
export interface StoppableProcess {
  on(event: string, listener: () => void): unknown
  exit(code: number): void
  /** There only where a parent opened an IPC channel. */
  send?: unknown
}

/** Releases what a process holds, once, when it is time to stop. */
export interface Shutdown {
  /** Adds something to release; what was added last goes first, as it may stand on what came before. */
  add(name: string, release: () => unknown): void
  /** Releases everything and ends the process; 0 by default, 1 where something could not be released in time. */
  stop(reason: string, exitCode?: number): Promise<void>
}

/**
 * Ends the process in order on SIGTERM, SIGINT, SIGHUP, and when the parent that opened an IPC channel is gone. A second
 * signal ends it at once. `limitMs` is for everything together (30 s).
 */
export function prepareShutdown(options: { log: Logger; limitMs?: number; process?: StoppableProcess }): Shutdown {
  const { log, limitMs = 30_000 } = options
  const host: StoppableProcess = options.process ?? process
  const held: { name: string; release: () => unknown }[] = []
  let stopping: Promise<void> | undefined

  async function releaseAll(): Promise<boolean> {
    let clean = true
    for (let next = held.pop(); next; next = held.pop()) {
      try {
        await next.release()
        log.debug('Released', { resource: next.name })
      } catch (error) {
        clean = false
        log.error('Could not release', { resource: next.name, error })
      }
    }
    return clean
  }

  async function run(reason: string, exitCode: number): Promise<void> {
    log.info('Stopping', { reason })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), limitMs)
    })
    const outcome = await Promise.race([releaseAll(), late])
    clearTimeout(timer)
    if (outcome === 'late') log.error('Not everything was released in time', { limitMs })
    else log.info('Stopped')
    host.exit(exitCode === 0 && outcome !== true ? 1 : exitCode)
  }

  const stop = (reason: string, exitCode = 0): Promise<void> => (stopping ??= run(reason, exitCode))

  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
    ['SIGHUP', 1],
  ] as const) {
    host.on(signal, () => {
      // As a shell reports a process that a signal has ended.
      if (stopping) host.exit(128 + number)
      else void stop(signal)
    })
  }
  if (host.send !== undefined) host.on('disconnect', () => void stop('the parent process is gone'))

  return {
    add: (name, release) => {
      held.push({ name, release })
    },
    stop,
  }
}
