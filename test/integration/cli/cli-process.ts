import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url))

/** How a command has ended, and all that it said. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** The command line as a real process. */
export interface CliProcess {
  child: ChildProcess
  ended: Promise<Ended>
  /** Waits until it has said this on stderr; rejects when it ends before. */
  says(what: RegExp): Promise<RegExpExecArray>
}

/** Starts `edfi-tenants` with these arguments and variables, and nothing else of the environment that it looks at. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>, input?: string): CliProcess {
  const { PATH = '', SystemRoot = '' } = process.env
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, SystemRoot, ...env }, stdio: 'pipe' })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk))
  child.stdin.on('error', () => undefined).end(input)
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })))
  return {
    child,
    ended,
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = what.exec(said.stderr)
          if (match) resolve(match)
        }
        child.stderr.on('data', look)
        void ended.then((end) => reject(new Error(`It has not said ${String(what)}: ${JSON.stringify(end)}`)))
        look()
      }),
  }
}
