import type { Engine, Mode, SimulatorOptions } from './options.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The variables a simulator process reads, with what each one sets. */
const variables = {
  SIMULATOR_PORT: (text: string) => ({ port: wholeNumber(text) }),
  SIMULATOR_HOST: (text: string) => ({ host: text }),
  SIMULATOR_ENGINE: (text: string) => ({ engine: oneOf<Engine>(text, ['PostgreSql', 'SqlServer']) }),
  SIMULATOR_MULTI_TENANT: (text: string) => ({ multiTenant: flag(text) }),
  SIMULATOR_TENANTS: (text: string) => ({ tenants: words(text) }),
  SIMULATOR_MODE: (text: string) => ({ mode: oneOf<Mode>(text, ['v1', 'v2', 'v3']) }),
  SIMULATOR_VERSION: (text: string) => ({ version: oneOf<'2.3' | '2.4'>(text, ['2.3', '2.4']) }),
  SIMULATOR_PATH_BASE: (text: string) => ({ pathBase: text }),
  SIMULATOR_CLIENTS: (text: string) => ({ clients: clients(text) }),
  SIMULATOR_ALLOW_REGISTRATION: (text: string) => ({ allowRegistration: flag(text) }),
  SIMULATOR_REGISTRATIONS_PER_MINUTE: (text: string) => ({ registrationsPerMinute: wholeNumber(text) }),
  SIMULATOR_TOKEN_LIFETIME_SECONDS: (text: string) => ({ tokenLifetimeSeconds: wholeNumber(text) }),
  SIMULATOR_ENCRYPTION_KEY: (text: string) => ({ encryptionKey: text }),
  SIMULATOR_SIGNING_KEY: (text: string) => ({ signingKey: text }),
  SIMULATOR_DATA_FILE: (text: string) => ({ dataFile: text }),
  SIMULATOR_PREVENT_DUPLICATE_APPLICATIONS: (text: string) => ({ preventDuplicateApplications: flag(text) }),
  SIMULATOR_ENABLE_APPLICATION_RESET_ENDPOINT: (text: string) => ({ enableApplicationResetEndpoint: flag(text) }),
  SIMULATOR_DEFAULT_PAGE_SIZE_LIMIT: (text: string) => ({ defaultPageSizeLimit: wholeNumber(text) }),
  SIMULATOR_DEFAULT_PAGE_SIZE_OFFSET: (text: string) => ({ defaultPageSizeOffset: wholeNumber(text) }),
  SIMULATOR_WRITE_DELAY_MS: (text: string) => ({ writeDelayMs: wholeNumber(text) }),
  SIMULATOR_CONTROL: (text: string) => ({ control: flag(text) }),
  SIMULATOR_CONTROL_TOKEN: (text: string) => ({ controlToken: text }),
  SIMULATOR_REQUEST_LOG_SIZE: (text: string) => ({ requestLogSize: wholeNumber(text) }),
} satisfies Record<string, (text: string) => SimulatorOptions>

/**
 * Reads a simulator's options from an environment; unset and empty variables leave the default.
 * @throws Error that names every variable with a bad value, and every unknown one that starts with `SIMULATOR_`.
 */
export function parseEnvironment(environment: Environment): SimulatorOptions {
  const faults = Object.keys(environment)
    .filter((name) => name.startsWith('SIMULATOR_') && !(name in variables))
    .map((name) => `${name} is not a setting of the simulator.`)
  let options: SimulatorOptions = {}
  for (const [name, read] of Object.entries(variables)) {
    const text = environment[name]
    if (text === undefined || text === '') continue
    try {
      options = { ...options, ...read(text) }
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return options
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${text} is not a whole number.`)
  return Number(text)
}

function flag(text: string): boolean {
  return oneOf<'true' | 'false'>(text.toLowerCase(), ['true', 'false']) === 'true'
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value.toLowerCase() === text.toLowerCase())
  if (found === undefined) throw new Error(`${text} is none of ${allowed.join(', ')}.`)
  return found
}

function words(text: string): string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
}

/** `id:secret` pairs, separated by spaces; the id has no colon. */
function clients(text: string): { clientId: string; clientSecret: string }[] {
  return text
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const colon = pair.indexOf(':')
      if (colon < 1) throw new Error('expected id:secret pairs, separated by spaces.')
      return { clientId: pair.slice(0, colon), clientSecret: pair.slice(colon + 1) }
    })
}
