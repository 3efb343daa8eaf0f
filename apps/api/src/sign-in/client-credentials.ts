/** What a client signs in with. */
export interface ClientCredentials {
  id: string
  secret: string
}

/** Credentials in an `Authorization: Basic` header, both parts percent-encoded (RFC 6749 section 2.3.1); null: none. */
export function basicCredentials(header: string | undefined): ClientCredentials | null {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) return null
  return { id: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) }
}

/** Many clients send what they have without encoding it; that is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
