/**
 * What an operation is given besides its request. Together with plain requests and answers this is all that crosses
 * the contract, so a provisioner can run in a process of its own.
 */
export interface Operation {
  /** Aborted when the job is cancelled, loses its lease, or runs out of time: stop, release, throw. */
  signal: AbortSignal
  /**
   * Call right before every effect, after having taken the lock on the instance: throws when another worker has taken
   * the job over meanwhile, and then nothing more may be done.
   */
  fence: () => Promise<void>
  /** Says how far a long operation is (0–100), and optionally what it does now. */
  progress: (percent: number, detail?: string) => void
}
