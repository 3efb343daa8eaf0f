import { createApiClient, type ApiClient } from '@edfi-tenants/api-client'
import type { Output } from './output/output.js'
import { findAccess } from './sign-in/find-access.js'
import type { Access } from './sign-in/login-file.js'
import type { Surroundings } from './surroundings.js'

/** What a command works with. */
export interface Context {
  surroundings: Surroundings
  output: Output
  /** Said to people when the command is interrupted. */
  ifInterrupted(text: string): void
  /** Said to people when the command ends early, however: what goes on, and how to look at it again. */
  goesOn(text: string): void
  access(): Promise<Access>
  /** A client that gives up after half a minute without an answer. */
  api(): Promise<ApiClient>
  /** A client that goes on asking until it gets an answer: for watching what goes on by itself. */
  patientApi(): Promise<ApiClient>
}

const retryForMs = 30_000
const saidAgainAfterMs = 30_000

/** The context of one run. `apiUrl` is what the command line says. */
export function createContext(
  surroundings: Surroundings,
  output: Output,
  options: { apiUrl?: string } & Pick<Context, 'ifInterrupted' | 'goesOn'>,
): Context {
  let access: Promise<Access> | undefined
  let saidAt = -Infinity

  async function client(forMs: number, timeoutMs: number): Promise<ApiClient> {
    const { apiUrl, credentials } = await context.access()
    return createApiClient({
      url: apiUrl,
      credentials,
      retryForMs: forMs,
      timeoutMs,
      userAgent: 'edfi-tenants-cli',
      onRetry: ({ detail }) => {
        if (performance.now() - saidAt < saidAgainAfterMs) return
        saidAt = performance.now()
        output.note(`${detail} Trying again …`)
      },
    })
  }

  const context: Context = {
    surroundings,
    output,
    ifInterrupted: options.ifInterrupted,
    goesOn: options.goesOn,
    access: () => (access ??= findAccess(surroundings, options.apiUrl === undefined ? {} : { apiUrl: options.apiUrl })),
    // Planning thousands of items takes its time.
    api: () => client(retryForMs, 300_000),
    patientApi: () => client(Infinity, 60_000),
  }
  return context
}
