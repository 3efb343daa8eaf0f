import { styleText } from 'node:util'
import type { Surroundings } from '../surroundings.js'

/** Where a command speaks. stdout has what was asked for, stderr everything else. */
export interface Output {
  /** Whether stdout is for machines: nothing is written there but one JSON document. */
  readonly json: boolean
  /** Whether people watch stderr, so that a line may be drawn again and again. */
  readonly isTerminal: boolean
  /** False once nobody reads stdout any more. */
  readonly isRead: boolean
  /** Lines for people, on stdout; nothing with `json`. */
  print(text: string): void
  /** What was asked for, for machines: the one document on stdout; nothing without `json`. */
  document(value: unknown): void
  /** What was asked for as it is, with or without `json`: for example a file. */
  raw(text: string): void
  /** Remarks and progress, on stderr. */
  note(text: string): void
  /** The text in this colour, on terminals that want colours. */
  paint(colour: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string): string
  stderr: NodeJS.WriteStream
}

/** Output to these streams. That nobody reads any more (`| head`) is no error. */
export function openOutput({ stdout, stderr, env }: Surroundings, { json }: { json: boolean }): Output {
  const closed = new Set<NodeJS.WriteStream>()
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // On Windows a pipe that was closed is EOF.
      if (error.code !== 'EPIPE' && error.code !== 'EOF') throw error
      closed.add(stream)
    })
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (!closed.has(stream)) stream.write(text)
  }
  // https://no-color.org
  const isPlain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  const hasColours = stdout.isTTY && !isPlain
  return {
    json,
    isTerminal: stderr.isTTY && env['TERM'] !== 'dumb',
    get isRead() {
      return !closed.has(stdout)
    },
    print: (text) => {
      if (!json) write(stdout, `${text}\n`)
    },
    document: (value) => {
      if (json) write(stdout, `${JSON.stringify(value, null, 2)}\n`)
    },
    raw: (text) => write(stdout, text),
    note: (text) => write(stderr, `${text}\n`),
    paint: (colour, text) => (hasColours ? styleText(colour, text, { validateStream: false }) : text),
    stderr,
  }
}

/** Waits until everything has been written, so that the process may end. */
export const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else stream.write('', () => resolve())
  })
