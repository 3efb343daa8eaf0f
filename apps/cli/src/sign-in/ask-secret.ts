import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Surroundings } from '../surroundings.js'

/** Asks for a secret; on a terminal what is typed is not shown. Otherwise the first line of stdin is it. */
export async function askSecret(question: string, { stdin, stderr, signal }: Surroundings): Promise<string> {
  const isAsked = stdin.isTTY
  if (isAsked) stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: isAsked })
  try {
    return await Promise.race([
      lines.question('', { signal }),
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ])
  } finally {
    lines.close()
    if (isAsked) stderr.write('\n')
  }
}
