/** What stands where a secret stood. */
export const redacted = '[redacted]'

/** Names whose values are never shown, whatever their spelling: compared without case, dashes and underscores. */
const secretNames =
  /(password|passwd|pwd|passphrase|secret|token|authorization|cookie|connectionstring|credential|apikey|accesskey|privatekey|encryptionkey|signingkey|bearer)s?$/

const isSecretName = (name: string): boolean => secretNames.test(name.toLowerCase().replace(/[-_. ]/g, ''))

/** Shapes of secrets inside running text, and what is left of them. */
const shapes: readonly [RegExp, string][] = [
  // password=…; of a connection string, quoted or not, and client_secret=… of a form
  [
    /\b((?:password|passwd|pwd|secret|client[_-]?secret|access[_-]?token|refresh[_-]?token|api[_-]?key)["']?\s*[=:]\s*)("(?:[^"\\]|\\.|"")*"|'(?:[^'\\]|\\.|'')*'|[^\s;,&}"']+)/gi,
    `$1${redacted}`,
  ],
  // scheme://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s/]*@/gi, `$1${redacted}@`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${redacted}`],
  // A JWT by itself
  [/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g, redacted],
]

/** Text without what looks like a password, a token or a connection string's secret. */
export const redactText = (text: string): string =>
  shapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text)

const deepest = 8

/**
 * A copy fit for a log: values under secret names are masked at any depth, texts pass through {@link redactText}, errors
 * become `{name, message, code, stack, cause}` with their chain of causes. What contains itself, or is nested more than
 * eight deep, is cut.
 */
export function redact(value: unknown, depth = 0, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= deepest || above.includes(value)) return '[cut]'
  const into = (inner: unknown) => redact(inner, depth + 1, [...above, value])
  if (Array.isArray(value)) return value.map(into)
  if (value instanceof Map) return into(Object.fromEntries(value))
  if (value instanceof Set) return into([...value])
  const fields = value instanceof Error ? fieldsOfError(value) : Object.entries(value)
  return Object.fromEntries(
    fields.map(([name, inner]) => [name, isSecretName(name) && hasContent(inner) ? redacted : into(inner)]),
  )
}

/** Counts and flags such as `hasPassword: true` or `tokens: 3` tell nothing. */
const hasContent = (value: unknown): boolean =>
  value !== undefined && value !== null && typeof value !== 'boolean' && typeof value !== 'number' && value !== ''

/** Own fields too, such as `code` or `detail`; name, message and cause are not enumerable. */
function fieldsOfError(error: Error): [string, unknown][] {
  const fields = new Map<string, unknown>([
    ['name', error.name],
    ['message', error.message],
    ...Object.entries(error),
    ['stack', error.stack],
    ['cause', error.cause],
  ])
  if (error instanceof AggregateError) fields.set('errors', error.errors)
  return [...fields].filter(([, value]) => value !== undefined)
}
