import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/** A program of PostgreSQL's at work. */
export interface RunningProgram {
  stdout: Readable
  stdin: Writable
  /** Resolves when it has ended and all of its output is there; never rejects. */
  ended: Promise<ProgramEnd>
  kill(): void
}

export interface ProgramEnd {
  /** Null where a signal ended it, or it could not be started. */
  exitCode: number | null
  /** The first of what it had to say. May hold data, as a driver's error may: never a part of a message. */
  errors: string
}

const killAfterMs = 5_000
const maxErrorsLength = 16_384

/**
 * Starts a program, without a shell, and ends it when the signal aborts: politely, so that it cancels what it has running
 * on the server, then for certain.
 */
export function runProgram(
  file: string,
  args: string[],
  environment: Record<string, string>,
  signal: AbortSignal,
): RunningProgram {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(file, args, {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < maxErrorsLength) errors += text
  })
  // A pipe that breaks is told by how the program ended.
  child.stdin.on('error', () => undefined)
  let killer: NodeJS.Timeout | undefined
  const kill = () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    killer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  }
  signal.addEventListener('abort', kill, { once: true })
  if (signal.aborted) kill()
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('error', () => resolve({ exitCode: null, errors: 'could not be started' }))
    child.once('close', (exitCode) => resolve({ exitCode, errors }))
  }).finally(() => {
    signal.removeEventListener('abort', kill)
    clearTimeout(killer)
  })
  return { stdout: child.stdout, stdin: child.stdin, ended, kill }
}
