import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../apps/api/dist/main.js', import.meta.url))

/** A real API process on a port of its own. */
export interface ApiProcess {
  url: string
  /** Signs in with the client's id and secret; the answer is the bearer token. */
  signIn(clientId: string, clientSecret: string): Promise<string>
  /** What it has said so far, on stderr. */
  said(): string
  /** Asks it to end and waits; the exit code. */
  stop(): Promise<number | null>
}

/** Starts `apps/api` with this environment, and nothing of ours but PATH. Throws what it said where it does not start. */
export async function startApiProcess(environment: Record<string, string>): Promise<ApiProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: '0',
      ...environment,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const port = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, found] = /"port":(\d+)/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    child.on('exit', () => reject(new Error(said)))
  })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    said: () => said,
    async signIn(clientId, clientSecret) {
      const answer = await fetch(`${url}/connect/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }),
      })
      return ((await answer.json()) as { access_token: string }).access_token
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const ended = once(child, 'exit') as Promise<[number | null]>
      child.kill('SIGTERM')
      return (await ended)[0]
    },
  }
}
