import type { InstanceStatus } from '@edfi-tenants/core'
import type { ParkMode } from '../applications/parked.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { parkRegistration } from '../tombstones/park-registration.js'
import { restoreRegistration } from '../tombstones/restore-registration.js'
import { stepOutput } from '../tombstones/step-output.js'
import { tombstoneOf } from '../tombstones/tombstone.js'

/** Puts the registration aside until the purge: the pivot of a deletion. Its id stays the instance's, for it may come back. */
export const unregister = defineStep({
  name: 'unregister',
  async run(context) {
    const detail = await parkRegistration(context, {
      mode: (context.job.parameters['applications'] ?? 'refuse') as ParkMode,
      previousStatus: previousStatus(context),
    })
    return { output: { applications: tombstoneOf(context.instance)?.applications ?? null }, detail }
  },
  async undo(context) {
    const tombstone = tombstoneOf(context.instance)
    if (!tombstone) return { detail: 'Nothing had been changed in Admin API.' }
    if (tombstone.odsInstanceId === null) return { instance: { tombstone: null }, detail: 'There was no registration.' }
    const detail = await restoreRegistration(context, tombstone)
    return { instance: { tombstone: null }, detail }
  },
})

const previousStatus = ({ job }: StepContext): InstanceStatus =>
  (stepOutput(job, 'check-protection')?.['previousStatus'] ?? 'active') as InstanceStatus
