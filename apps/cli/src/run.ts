import { ApiError } from '@edfi-tenants/api-client'
import { CommanderError } from 'commander'
import { createContext } from './context.js'
import { exitCodes } from './exit-codes.js'
import { openOutput, written } from './output/output.js'
import { reportError } from './output/report-error.js'
import { buildProgram } from './program.js'
import { Interruption, type Surroundings } from './surroundings.js'

/** Runs a command line and returns what the process is to end with; see {@link exitCodes}. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, signal } = surroundings
  // Before anything is parsed: what is wrong with the command line is said in the same way.
  const output = openOutput(surroundings, { json: args.includes('--json') })
  let ifInterrupted = 'Interrupted; nothing was begun.'
  let goesOn: string | undefined
  let code: number = exitCodes.succeeded
  const program = buildProgram({
    output,
    surroundings,
    contextOf: (options) =>
      createContext(surroundings, output, {
        ...options,
        ifInterrupted: (text) => {
          ifInterrupted = text
        },
        goesOn: (text) => {
          goesOn = text
        },
      }),
    endWith: (exitCode) => {
      code = exitCode
    },
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof Interruption || (signal.aborted && !(error instanceof ApiError))) {
      const hint = goesOn ?? ifInterrupted
      output.note(hint)
      output.document({ interrupted: true, hint })
      code = exitCodes.interrupted
    } else if (error instanceof CommanderError && error.exitCode === 0) code = exitCodes.succeeded
    else code = reportError(output, error, goesOn)
  }
  await Promise.all([written(stdout), written(stderr)])
  return code
}
