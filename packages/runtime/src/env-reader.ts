/** The variables of a process, as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>

/** One or several variables are missing or wrong. The message lists every fault, one a line; no value is quoted. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigurationError'
  }
}

/** Turns text into a value, or throws a plain Error whose message completes "`NAME` …" and quotes nothing secret. */
export type Parse<T> = (text: string) => T

/** Reads variables one by one and collects what is wrong with them, so that all faults are told at once. */
export interface EnvReader {
  /** The value; a fault where it is missing. Empty counts as missing. */
  required<T>(name: string, parse: Parse<T>): T
  optional<T, D>(name: string, parse: Parse<T>, fallback: D): T | D
  has(name: string): boolean
  /** Variables that only make sense together: whether all are there; a fault where only some are. */
  allOrNone(names: readonly string[]): boolean
  fault(text: string): void
}

/**
 * Runs `read` and returns what it makes of the variables. Throws {@link ConfigurationError} when anything was at fault;
 * what `read` made then is thrown away, so a faulty variable may stand for any value while reading goes on.
 */
export function readEnv<T>(env: Env, read: (reader: EnvReader) => T): T {
  const faults: string[] = []
  const textOf = (name: string): string | undefined => {
    const text = env[name]?.trim()
    return text === '' ? undefined : text
  }

  function parsed<V>(name: string, text: string, parse: Parse<V>): V {
    try {
      return parse(text)
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : 'is not valid'}`)
      return undefined as V
    }
  }

  const reader: EnvReader = {
    required: (name, parse) => {
      const text = textOf(name)
      if (text !== undefined) return parsed(name, text, parse)
      faults.push(`${name} is not set`)
      return undefined as ReturnType<typeof parse>
    },
    optional: (name, parse, fallback) => {
      const text = textOf(name)
      return text === undefined ? fallback : parsed(name, text, parse)
    },
    has: (name) => textOf(name) !== undefined,
    allOrNone: (names) => {
      const missing = names.filter((name) => textOf(name) === undefined)
      if (missing.length > 0 && missing.length < names.length) {
        const given = names.filter((name) => !missing.includes(name))
        faults.push(
          `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set although ${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'}`,
        )
      }
      return missing.length === 0
    },
    fault: (text) => faults.push(text),
  }
  const result = read(reader)
  if (faults.length > 0) throw new ConfigurationError(faults)
  return result
}
