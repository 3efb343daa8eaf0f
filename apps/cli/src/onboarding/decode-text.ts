import { Refusal } from '../refusal.js'

/**
 * The text of a file: UTF-8 with or without byte order mark, or UTF-16 with one, as spreadsheets save "Unicode text".
 * Anything else is refused, since names would silently be broken.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('The file is not UTF-8. Save it as "CSV UTF-8".', { code: 'not_utf8' })
  }
}
