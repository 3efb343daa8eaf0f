import { defineJob } from './engine/define-job.js'
import { createDatabase } from './steps/create-database.js'
import { register } from './steps/register.js'
import { reserveName } from './steps/reserve-name.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'

/** Creates an instance: its database, its data, its registration. */
export const createInstance = defineJob({
  type: 'instance.create',
  version: 1,
  changing: true,
  createsInstance: true,
  steps: [reserveName, createDatabase, verifyDatabase, register, verifyRegistration],
  pivot: verifyRegistration,
  settle({ status, error, undone }) {
    if (status === 'succeeded') return { status: 'active', statusReason: null }
    return { status: 'failed', statusReason: error?.detail ?? null, ...(undone ? { nameHeld: false } : {}) }
  },
})
