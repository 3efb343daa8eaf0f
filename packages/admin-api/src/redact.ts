const passwordPair = /\b(password|pwd|client_?secret|access_?token)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^;&,\s}]*)/gi
const jsonWebToken = /\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g
const longestMessage = 500

/**
 * Text of Admin API's fit for an error: without the secrets that were sent (nor passwords inside of them, nor anything
 * that looks like one), in one line of at most 500 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...passwordsIn(secret)])
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), ...urlEncoded(secret)])
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length)
  let safe = text
  for (const secret of hidden) safe = safe.replaceAll(secret, '***')
  safe = safe.replace(jsonWebToken, '***').replace(passwordPair, '$1$2***')
  const line = safe.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line
}

function urlEncoded(secret: string): string[] {
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  return [form, form.replaceAll('+', '%20')]
}

function passwordsIn(connectionString: string): string[] {
  return [...connectionString.matchAll(/(?:password|pwd)\s*=\s*("[^"]*"|'[^']*'|[^;]*)/gi)].map(([, value]) =>
    (value ?? '').trim().replace(/^(["'])(.*)\1$/s, '$2'),
  )
}
