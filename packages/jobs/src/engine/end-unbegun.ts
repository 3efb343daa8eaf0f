import type { InstancePatch, UnbegunEnd } from '@edfi-tenants/store'
import type { JobDefinition } from './define-job.js'
import { cancelled } from './step-questions.js'

/**
 * How a job ends that is cancelled before it began: as a worker would end it, without one. Null where its definition then
 * changes more of the instance than can be written for many at once; a worker has to end it.
 */
export function endUnbegun(definition: JobDefinition): UnbegunEnd | null {
  const error = cancelled().toProblem()
  const patch: InstancePatch = definition.settle?.({ status: 'cancelled', error, undone: true, pastPivot: false }) ?? {}
  const { status, statusReason, nameHeld, ...others } = patch
  if (Object.keys(others).length > 0) return null
  return {
    type: definition.type,
    outcome: {
      instanceUsable: !definition.createsInstance,
      repeatable: true,
      compensation: 'none',
      leftovers: [],
    },
    instance: {
      ...(status === undefined ? {} : { status }),
      ...(statusReason === undefined ? {} : { statusReason }),
      ...(nameHeld === undefined ? {} : { nameHeld }),
    },
  }
}
