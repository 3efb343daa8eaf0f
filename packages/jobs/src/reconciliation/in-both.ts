import type { NewFinding } from '@edfi-tenants/store'

/**
 * What is found by the records from before a look and by those from after it: what changes meanwhile is none of a
 * comparison's findings.
 */
export function inBoth(before: readonly NewFinding[], after: readonly NewFinding[]): NewFinding[] {
  const keys = new Set(before.map((finding) => JSON.stringify(finding)))
  return after.filter((finding) => keys.has(JSON.stringify(finding)))
}
