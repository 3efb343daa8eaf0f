import { isStepDone } from '@edfi-tenants/core'
import type { StepRow } from '@edfi-tenants/store'
import type { Step } from './define-job.js'

/** A job's progress in percent: the weights of its finished steps, and the running one as far as it is. */
export function jobProgress(
  steps: readonly Step[],
  rows: readonly StepRow[],
  running?: { position: number; percent: number },
): number {
  let done = 0
  let total = 0
  for (const [position, step] of steps.entries()) {
    const weight = step.weight ?? 1
    total += weight
    const row = rows[position]
    if (row && isStepDone(row.status)) done += weight
    else if (running?.position === position) done += (weight * Math.min(100, Math.max(0, running.percent))) / 100
  }
  return total === 0 ? 0 : Math.floor((100 * done) / total)
}
