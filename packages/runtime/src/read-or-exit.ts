import { ConfigurationError } from './env-reader.js'

/** Reads a configuration; where it is not usable, says only why, every fault a line, and ends the process with 1. */
export function readOrExit<Config>(read: () => Config): Config {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
