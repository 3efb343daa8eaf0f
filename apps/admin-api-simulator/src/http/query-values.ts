import { malformedRequest } from './errors.js'

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/** The query of a request; names are matched ignoring case, as ASP.NET binds them. */
export class QueryValues {
  readonly #values = new Map<string, string>()

  constructor(search: string) {
    for (const [name, value] of new URLSearchParams(search)) {
      const key = name.toLowerCase()
      if (!this.#values.has(key)) this.#values.set(key, value)
    }
  }

  /** The value as text, null when absent. An empty value stays empty: it then matches nothing but empty fields. */
  text(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  /**
   * The value as a whole number, null when absent or empty.
   * @throws ApiFailure 400 when it is anything else.
   */
  int(name: string): number | null {
    const value = this.text(name)
    return value === null || value === '' ? null : parseInt32(value)
  }
}

/**
 * Reads a 32-bit whole number.
 * @throws ApiFailure 400 when the text is none.
 */
export function parseInt32(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw malformedRequest()
  const value = Number(text)
  if (value < int32.min || value > int32.max) throw malformedRequest()
  return value
}
