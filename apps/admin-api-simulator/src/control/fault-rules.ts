import type { FaultKind, FaultRule } from './faults.js'

const kinds: readonly FaultKind[] = ['latency', 'status', 'drop', 'drop-after-commit']

const checks = {
  method: isText,
  pathPattern: isPattern,
  tenant: isText,
  kind: (value: unknown) => kinds.some((kind) => kind === value),
  status: (value: unknown) => isCount(value) && value >= 200 && value <= 599,
  latencyMs: isCount,
  times: isCount,
  probability: (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1,
  skip: isCount,
} satisfies Record<keyof FaultRule, (value: unknown) => boolean>

/**
 * Reads the body of `PUT /__simulator/faults`: one rule or a list.
 * @throws Error that names the rule and the property that is wrong.
 */
export function readFaultRules(body: unknown): FaultRule[] {
  const rules: unknown[] = Array.isArray(body) ? body : [body]
  for (const [index, rule] of rules.entries()) {
    if (typeof rule !== 'object' || rule === null) throw new Error(`Rule ${index} is not an object.`)
    if (!('kind' in rule)) throw new Error(`Rule ${index} has no kind; it is one of ${kinds.join(', ')}.`)
    for (const [name, value] of Object.entries(rule)) {
      const check = Object.entries(checks).find(([property]) => property === name)?.[1]
      if (check === undefined) throw new Error(`Rule ${index} has an unknown property ${name}.`)
      if (!check(value)) throw new Error(`Rule ${index} has a bad value for ${name}.`)
    }
  }
  return rules as FaultRule[]
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    new RegExp(value)
    return true
  } catch {
    return false
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}
