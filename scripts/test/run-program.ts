import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A Node program to run to its end. */
export interface Program {
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Hears each line that it writes to file descriptor 3, and may end it. */
  onLine?: (line: string, program: { endSoon(): void }) => void
}

/** How it ended, and all that it said. */
export interface ProgramEnd {
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** Why we have ended it, if we have. */
  endedBecause: string | undefined
  output: string
}

const silentForMs = 10 * 60_000
const lingersForMs = 30_000
const running = new Set<ChildProcess>()

/** Ends all programs that run now. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGTERM')
}

/** Runs a program; ends it when it says nothing for ten minutes, or goes on for half a minute after `endSoon`. */
export function runProgram({ args, cwd, env, onLine }: Program): Promise<ProgramEnd> {
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  running.add(child)
  let output = ''
  let endedBecause: string | undefined
  let timer: NodeJS.Timeout | undefined

  function endAfter(ms: number, reason: string): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      endedBecause = reason
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 5_000).unref()
    }, ms)
  }
  const heardFrom = (): void => endAfter(silentForMs, `It has said nothing for ${silentForMs / 60_000} minutes.`)
  const endSoon = (): void => endAfter(lingersForMs, 'Its tests have ended, but something keeps the process alive.')

  heardFrom()
  let isEnding = false
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      if (!isEnding) heardFrom()
    })
  const events = child.stdio[3]
  if (events && 'read' in events)
    createInterface({ input: events }).on('line', (line) => {
      if (!isEnding) heardFrom()
      onLine?.(line, {
        endSoon: () => {
          isEnding = true
          endSoon()
        },
      })
    })
  return new Promise((resolve) => {
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ exitCode, signal, endedBecause, output })
    })
  })
}
