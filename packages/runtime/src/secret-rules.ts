import type { Parse } from './env-reader.js'
import { isOnList, parseTargetHosts, type TargetHosts } from './target-hosts.js'

/** Which references may be read for which hosts. */
export interface SecretRule {
  /** Whether it is about a `passwordFrom`. */
  isFor(reference: string): boolean
  hosts: TargetHosts
}

/** A text as a part of a regular expression. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * Reads rules as `reference@host, …`: in the reference `*` stands for any text, the host is a name, `*.suffix`, an address
 * or a CIDR range. Throws a plain Error that names the position of what is none.
 */
export const secretRules: Parse<SecretRule[]> = (value) =>
  value.split(',').map((item, index) => {
    const [, reference, host] = /^\s*(\S.*)@([^@\s]+)\s*$/.exec(item) ?? []
    if (reference === undefined || host === undefined)
      throw new Error(`must be reference@host, …, and item ${index + 1} is not`)
    const pattern = new RegExp(`^${reference.split('*').map(literal).join('.*')}$`, 's')
    return { isFor: (given) => pattern.test(given), hosts: parseTargetHosts(host) }
  })

/**
 * Whether a secret may be sent to all of these hosts. Without rules to any; with rules only where for each of the hosts
 * there is one, and to none at all where it is not known which they are.
 */
export function mayBeSentTo(
  rules: readonly SecretRule[] | undefined,
  reference: string,
  hosts: readonly string[],
): boolean {
  if (!rules) return true
  const allowed = rules.filter((rule) => rule.isFor(reference))
  return hosts.length > 0 && hosts.every((host) => allowed.some((rule) => isOnList(host, rule.hosts)))
}
