/**
 * Splits a connection string into keyword and value pairs, with the grammar that both .NET builders share: `;` between
 * pairs, values in single or double quotes, a doubled quote or a doubled `=` for the sign itself.
 * Null when it does not follow that grammar.
 * @see https://learn.microsoft.com/dotnet/api/system.data.common.dbconnectionstringbuilder.connectionstring
 */
export function parsePairs(text: string): [keyword: string, value: string][] | null {
  const pairs: [string, string][] = []
  let position = 0
  const skip = (pattern: RegExp): void => {
    pattern.lastIndex = position
    position += pattern.exec(text)?.[0].length ?? 0
  }
  for (;;) {
    skip(/[\s;]*/y)
    if (position >= text.length) return pairs
    const keyword = take(/((?:[^=;]|==)+?)\s*=(?!=)\s*/y)
    if (keyword === null) return null
    const value = take(/(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^;"'][^;]*|))\s*(?=;|$)/y)
    if (value === null) return null
    pairs.push([(keyword[1] ?? '').replaceAll('==', '=').trim().toLowerCase(), unquote(value)])
  }

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match) position += match[0].length
    return match
  }
}

function unquote([, double, single, bare]: RegExpExecArray): string {
  return double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? bare?.trim() ?? ''
}

/** What the value of a keyword must be. Lists name the allowed words, matched ignoring case. */
export type ValueKind = 'text' | 'boolean' | { min: number; max: number } | readonly string[]

/** A driver's keywords in lower case with the kind of value each one takes. */
export type Keywords = ReadonlyMap<string, ValueKind>

/** Builds a keyword table from names with their synonyms. */
export function keywordTable(entries: readonly (readonly [kind: ValueKind, ...names: string[]])[]): Keywords {
  return new Map(entries.flatMap(([kind, ...names]) => names.map((name) => [name.toLowerCase(), kind] as const)))
}

/** Whether a value can be read as its kind; an empty value removes the keyword and is always fine. */
export function acceptsValue(kind: ValueKind, value: string, booleans: readonly string[]): boolean {
  if (value === '' || kind === 'text') return true
  if (kind === 'boolean') return booleans.includes(value.toLowerCase())
  if (!('min' in kind)) return kind.some((word) => word.toLowerCase() === value.toLowerCase())
  return /^[+-]?\d+$/.test(value) && Number(value) >= kind.min && Number(value) <= kind.max
}
