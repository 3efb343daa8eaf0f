import { isIP } from 'node:net'
import type { Parse } from './env-reader.js'
import { parseTargetHosts } from './target-hosts.js'
import type { TargetHosts } from './target-hosts.js'

/** Text as it stands. */
export const text: Parse<string> = (value) => value

/** Text of a minimum length, which is told instead of the text. */
export const textOfAtLeast =
  (length: number): Parse<string> =>
  (value) => {
    if (value.length < length) throw new Error(`is shorter than ${length} characters`)
    return value
  }

/** A whole number within bounds, both included. */
export const wholeNumber =
  (least: number, most: number): Parse<number> =>
  (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= least && number <= most)) throw new Error(`must be a whole number from ${least} to ${most}`)
    return number
  }

const truths: Readonly<Record<string, boolean>> = { true: true, on: true, false: false, off: false }

/** `true` or `on`, `false` or `off`, nothing else. */
export const truth: Parse<boolean> = (value) => {
  const found = Object.hasOwn(truths, value) ? truths[value] : undefined
  if (found === undefined) throw new Error('must be true, false, on or off')
  return found
}

/** One of the words given. */
export const oneOf =
  <T extends string>(...words: readonly T[]): Parse<T> =>
  (value) => {
    const found = words.find((word) => word === value)
    if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`)
    return found
  }

/** Items between commas, without the space around them and without empty ones. */
export const commaList: Parse<string[]> = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** A URL of one of these schemes, as it was written; it may hold a password, so it is never quoted. */
export const url =
  (...schemes: readonly string[]): Parse<string> =>
  (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (!parsed || parsed.hostname === '' || !schemes.includes(parsed.protocol.slice(0, -1)))
      throw new Error(`must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`)
    return value
  }

/** The bytes that base64 text stands for; refuses what is not base64 through and through. */
const base64 = (value: string): Buffer | undefined =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0 ? Buffer.from(value, 'base64') : undefined

/** Base64 of exactly so many bytes. */
export const bytes =
  (length: number): Parse<Buffer> =>
  (value) => {
    const decoded = base64(value)
    if (decoded?.length !== length) throw new Error(`must be the base64 of ${length} bytes`)
    return decoded
  }

/** A secret key and the id under which what it sealed or signed is found again. */
export interface NamedKey {
  id: string
  key: Buffer
}

/** Keys as `id:base64,…`, each of a size that `fits`; at least one. The first seals or signs, all open or verify. */
export const namedKeys =
  (fits: (length: number) => boolean, size: string): Parse<[NamedKey, ...NamedKey[]]> =>
  (value) => {
    const keys = commaList(value).map((item, index) => {
      const [, id = '', encoded = ''] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(item) ?? []
      const key = base64(encoded)
      // Only the position is told: whoever forgot the id would otherwise see the key in the log.
      if (id === '')
        throw new Error(`has no valid id (1 to 32 of A-Z a-z 0-9 _ -) before the colon of key ${index + 1}`)
      if (!key || !fits(key.length)) throw new Error(`must have the base64 of ${size} as key ${index + 1}`)
      return { id, key }
    })
    const [first, ...others] = keys
    if (!first) throw new Error('holds no key')
    if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error('has the same id twice')
    return [first, ...others]
  }

/** See {@link parseTargetHosts}. */
export const targetHosts: Parse<TargetHosts> = parseTargetHosts

/** Express's `trust proxy`: off, a number of hops, or addresses; https://expressjs.com/en/guide/behind-proxies.html. */
export const trustProxy: Parse<boolean | number | string> = (value) => {
  if (/^\d{1,3}$/.test(value)) return Number(value)
  if (Object.hasOwn(truths, value)) {
    // `true` would believe any client's X-Forwarded-For.
    if (truths[value]) throw new Error('must be a number of proxies or their addresses: on would trust everyone')
    return false
  }
  return value
}

/** Docker engines as `name=url,…`: of a socket (`unix:///…`), over http or https. */
export const dockerEngines: Parse<{ name: string; url: string }[]> = (value) =>
  commaList(value).map((item) => {
    const [, name, address] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})=((?:unix:\/\/\/|https?:\/\/)\S+)$/.exec(item) ?? []
    if (name === undefined || address === undefined || !URL.canParse(address))
      throw new Error('must be name=url, …, each url starting with unix:///, http:// or https://')
    return { name, url: address }
  })

/** An IP address. */
export const address: Parse<string> = (value) => {
  if (isIP(value) === 0) throw new Error('must be an IP address')
  return value
}
