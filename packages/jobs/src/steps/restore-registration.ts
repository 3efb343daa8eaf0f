import { defineStep } from '../engine/define-job.js'
import { parkRegistration } from '../tombstones/park-registration.js'
import { restoreRegistration as restore } from '../tombstones/restore-registration.js'
import { tombstoneOf } from '../tombstones/tombstone.js'
import { Failure } from '@edfi-tenants/core'

/** Gives a deleted instance its registration back, under the same id, with contexts, derivatives and credentials. */
export const restoreRegistration = defineStep({
  name: 'restore-registration',
  async run(context) {
    const { instance, saved, save } = context
    const tombstone = tombstoneOf(instance)
    if (!tombstone) throw new Failure('registration_missing', 'Nothing is on record of how it was registered.')
    if (tombstone.odsInstanceId === null) return { detail: 'It was not registered with Admin API.' }
    if (!saved) await save({ output: { begun: true } })
    return { output: { begun: true }, detail: await restore(context, tombstone) }
  },
  async undo(context) {
    const tombstone = tombstoneOf(context.instance)
    if (!context.saved || !tombstone) return { detail: 'Nothing had been restored.' }
    // Whoever came meanwhile must not keep the job from going back.
    const detail = await parkRegistration(context, { mode: 'disable', previousStatus: tombstone.previousStatus })
    return { detail }
  },
})
