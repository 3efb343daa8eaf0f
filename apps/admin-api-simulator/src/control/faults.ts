/** What a fault does to a request. */
export type FaultKind = 'latency' | 'status' | 'drop' | 'drop-after-commit'

/** One rule of fault injection. A request is hit when every given condition holds. */
export interface FaultRule {
  /** HTTP method, ignoring case. */
  method?: string
  /** A path prefix when it is plain text, else a regular expression; both ignore case and see the path without PathBase. */
  pathPattern?: string
  /** Value of the tenant header, ignoring case. */
  tenant?: string
  kind: FaultKind
  /** Status of kind `status`; default 500. */
  status?: number
  /** Milliseconds of kind `latency`; default 1000. */
  latencyMs?: number
  /** How many matching requests are hit; absent = until the rule is removed. */
  times?: number
  /** Chance of being hit, 0 to 1; default 1. */
  probability?: number
  /** How many matching requests pass first; default 0. */
  skip?: number
}

/** What the rules in force do to one request. */
export interface FaultEffect {
  latencyMs: number
  action: 'none' | 'drop' | 'drop-after-commit' | { status: number }
}

interface ActiveRule {
  rule: FaultRule
  path: RegExp
  /** Matching requests seen so far. */
  seen: number
  /** Requests hit so far. */
  hits: number
}

/** The rules in force. Every matching latency adds up; of the other kinds the first matching rule acts. */
export class Faults {
  #rules: ActiveRule[] = []

  /** Replaces all rules. @throws Error when a rule makes no sense. */
  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, path: pathMatcher(rule.pathPattern), seen: 0, hits: 0 }))
  }

  /** The rules with their counts. */
  list(): (FaultRule & { seen: number; hits: number })[] {
    return this.#rules.map(({ rule, seen, hits }) => ({ ...rule, seen, hits }))
  }

  /** Counts a request against the rules and tells what happens to it. */
  apply(method: string, path: string, tenant: string | undefined): FaultEffect {
    const effect: FaultEffect = { latencyMs: 0, action: 'none' }
    for (const active of this.#rules) {
      const { rule } = active
      if (!matchesRequest(active, method, path, tenant)) continue
      if (rule.kind !== 'latency' && effect.action !== 'none') continue
      if (!isHit(active)) continue
      if (rule.kind === 'latency') effect.latencyMs += rule.latencyMs ?? 1000
      else effect.action = rule.kind === 'status' ? { status: rule.status ?? 500 } : rule.kind
    }
    return effect
  }
}

function pathMatcher(pattern: string | undefined): RegExp {
  if (pattern === undefined) return /(?:)/
  const isPlain = /^\/[\w\-./~%]*$/.test(pattern)
  return new RegExp(isPlain ? `^${pattern.replaceAll('.', '\\.')}` : pattern, 'i')
}

function matchesRequest({ rule, path: matcher }: ActiveRule, method: string, path: string, tenant?: string): boolean {
  return (
    (rule.method === undefined || rule.method.toUpperCase() === method) &&
    matcher.test(path) &&
    (rule.tenant === undefined || rule.tenant.toLowerCase() === tenant?.toLowerCase())
  )
}

function isHit(active: ActiveRule): boolean {
  const { skip = 0, times = Infinity, probability = 1 } = active.rule
  active.seen++
  if (active.seen <= skip || active.hits >= times) return false
  if (probability < 1 && Math.random() >= probability) return false
  active.hits++
  return true
}
