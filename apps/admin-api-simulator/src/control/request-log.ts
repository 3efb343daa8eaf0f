/** One request as the log keeps it; bodies and credentials are left out. */
export interface LoggedRequest {
  at: string
  method: string
  path: string
  query: string
  tenant: string | null
  /** Status that was sent; null when the connection was dropped instead. */
  status: number | null
}

/** The last requests, and counts of all since the last clearing. */
export class RequestLog {
  readonly #size: number
  #entries: LoggedRequest[] = []
  #counts = new Map<string, number>()
  #total = 0

  constructor(size: number) {
    this.#size = size
  }

  /** Adds a request, and lets the oldest go when the log is full. */
  add(entry: LoggedRequest): void {
    this.#total++
    const route = `${entry.method} ${entry.path.replaceAll(/\/\d+(?=\/|$)/g, '/{id}')} ${entry.status ?? 'dropped'}`
    this.#counts.set(route, (this.#counts.get(route) ?? 0) + 1)
    this.#entries.push(entry)
    if (this.#entries.length > this.#size) this.#entries.shift()
  }

  /** The log as the control endpoint shows it. */
  report(): object {
    return { total: this.#total, counts: Object.fromEntries(this.#counts), requests: this.#entries }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = []
    this.#counts.clear()
    this.#total = 0
  }
}
