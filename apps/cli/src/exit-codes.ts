/** What the process ends with. */
export const exitCodes = {
  /** All succeeded. */
  succeeded: 0,
  /** Some failed. */
  failed: 1,
  /** Nothing was begun, or it could not be asked: bad usage, a file with faults, refused by the API, no answer. */
  refused: 2,
  /** Ended by Ctrl-C; what was begun goes on. */
  interrupted: 130,
} as const
