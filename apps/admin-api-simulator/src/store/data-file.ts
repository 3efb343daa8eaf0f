import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { Keys } from '../options.js'
import type { TenantState } from './tenant-state.js'

/** What outlives a restart. */
export interface SavedState extends Keys {
  tenants: TenantState[]
}

/**
 * Reads a data file; null when there is none yet.
 * @throws Error when it exists and is not JSON: a broken file must not silently become an empty simulator.
 */
export function readDataFile(path: string): SavedState | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return JSON.parse(text) as SavedState
  } catch (error) {
    throw new Error(`The data file ${path} is not JSON.`, { cause: error })
  }
}

/** Writes the state to a file, one writing at a time; changes that come meanwhile share the next one. */
export class DataFile {
  readonly #path: string
  readonly #snapshot: () => SavedState
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | null = null

  constructor(path: string, snapshot: () => SavedState) {
    this.#path = path
    this.#snapshot = snapshot
  }

  /** Resolves when everything that was true at the time of the call stands in the file. */
  save(): Promise<void> {
    if (this.#waiting === null) {
      const next = this.#running
        .catch(() => undefined)
        .then(async () => {
          this.#waiting = null
          await this.#write()
        })
      this.#waiting = next
      this.#running = next
    }
    return this.#waiting
  }

  async #write(): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`
    await writeFile(temporary, JSON.stringify(this.#snapshot()), { mode: 0o600 })
    await rename(temporary, this.#path)
  }
}
