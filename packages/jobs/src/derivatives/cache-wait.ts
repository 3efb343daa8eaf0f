import type { StepContext, StepResult } from '../engine/define-job.js'

/**
 * How long a database that ODS/API was just led away from must stay, because its address may still be cached; null: no
 * longer. Where ODS/API heard of the change it has forgotten the address already.
 */
export function waitForCaches({ job, settings }: StepContext): NonNullable<StepResult['wait']> | null {
  const notified = job.steps.find(({ name }) => name === 'notify-ods-api')?.output as
    { heard?: boolean; at?: string } | null | undefined
  if (!notified?.at || notified.heard) return null
  const ms = Date.parse(notified.at) + settings.odsApiCacheSeconds * 1000 - Date.now()
  return ms > 0 ? { ms, for: 'ods-api-caches' } : null
}
