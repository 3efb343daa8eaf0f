/** What has to be ended again, last first. */
export interface Releases {
  /** Adds something to end. Calling the result ends it now; it is not ended twice. */
  add(name: string, release: () => Promise<unknown>): () => Promise<void>
  /** Ends everything that is left; goes on where something cannot be ended, and says so. */
  all(): Promise<void>
}

/** Keeps what the benchmark has started, so that nothing stays behind however it ends. */
export function createReleases(say: (text: string) => void): Releases {
  const held: { name: string; once: () => Promise<void> }[] = []
  return {
    add(name, release) {
      let ended: Promise<void> | undefined
      const entry = {
        name,
        once: () =>
          (ended ??= (async () => {
            await release()
            const at = held.indexOf(entry)
            if (at !== -1) held.splice(at, 1)
          })()),
      }
      held.push(entry)
      return entry.once
    },
    async all() {
      for (let last = held.pop(); last; last = held.pop()) {
        try {
          await last.once()
        } catch (error) {
          say(`${last.name} could not be ended: ${String(error)}`)
        }
      }
    },
  }
}
