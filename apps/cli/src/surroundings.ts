/** What the command line runs in. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  platform: NodeJS.Platform
  /** The user's own folder. */
  home: string
  /** Aborted by Ctrl-C, with an {@link Interruption} as its reason. */
  signal: AbortSignal
}

/** Why a command ends early: somebody has pressed Ctrl-C, or the system wants it to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
}

/** A variable of the environment; empty counts as not set. */
export const setting = (env: Surroundings['env'], name: string): string | undefined => {
  const value = env[name]
  return value === '' ? undefined : value
}

/** How this program is called, for commands that are shown: as the user has called it. */
export const programName = (env: Surroundings['env']): string =>
  env['npm_lifecycle_event'] === 'cli' ? 'npm run cli --' : 'edfi-tenants'
