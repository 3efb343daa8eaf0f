import type { InstancePatch } from '@edfi-tenants/store'
import type { JobEnd } from './engine/define-job.js'

/** What becomes of an instance whose job was to make it: once nothing is left of a failed try, its names are free again. */
export function settleCreated({ status, error, undone }: JobEnd): InstancePatch {
  if (status === 'succeeded') return { status: 'active', statusReason: null }
  return { status: 'failed', statusReason: error?.detail ?? null, ...(undone ? { nameHeld: false } : {}) }
}
