import { Command } from 'commander'
import { addBatch } from './commands/batch.js'
import { addHealth } from './commands/health.js'
import { addInstances } from './commands/instances.js'
import { addJobs } from './commands/jobs.js'
import { addLogin } from './commands/login.js'
import { addOnboard } from './commands/onboard.js'
import { addReconcile } from './commands/reconcile.js'
import { addRollover } from './commands/rollover.js'
import type { Context } from './context.js'
import type { Output } from './output/output.js'
import { programName, type Surroundings } from './surroundings.js'

/** What all commands are made with. */
export interface ProgramParts {
  output: Output
  surroundings: Surroundings
  contextOf: (options: { apiUrl?: string }) => Context
  /** Hears the exit code of the command that has run. */
  endWith: (exitCode: number) => void
}

/** What a command does; returns the exit code. */
export type Action<Options> = (context: Context, options: Options, args: readonly string[]) => Promise<number>

/** Puts an action behind a command. */
export type Attach = <Options extends object>(command: Command, action: Action<Options>) => void

const footer = `
Sign in with \`login\`, or set TM_API_URL and either TM_CLIENT_ID and TM_CLIENT_SECRET, or TM_TOKEN.
Exit codes: 0 all succeeded · 1 some failed · 2 refused, nothing begun · 130 Ctrl-C; what was begun goes on.
`

/** All commands. Errors of usage are thrown as commander's own, after they have been said. */
export function buildProgram({ output, surroundings, contextOf, endWith }: ProgramParts): Command {
  const program = new Command(programName(surroundings.env))
    .description('Ed-Fi Tenant Management from the command line: onboard from a file, watch, look after health.')
    .option('--api-url <url>', 'address of the API (default: TM_API_URL, or what `login` has stored)')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', footer)
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.raw(text),
      writeErr: (text) => output.note(text.trimEnd()),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  const attach: Attach = (command, action) => {
    command.action(async (...all: unknown[]) => {
      const self = all.at(-1) as Command
      const options = self.optsWithGlobals<{ apiUrl?: string }>()
      const args = self.args
      endWith(
        await action(
          contextOf(options.apiUrl === undefined ? {} : { apiUrl: options.apiUrl }),
          options as Parameters<typeof action>[1],
          args,
        ),
      )
    })
  }
  addLogin(program, attach)
  addOnboard(program, attach)
  addInstances(program, attach)
  addJobs(program, attach)
  addBatch(program, attach)
  addHealth(program, attach)
  addRollover(program, attach)
  addReconcile(program, attach)
  return program
}
