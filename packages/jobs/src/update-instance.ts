import { defineJob } from './engine/define-job.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { updateRegistration } from './steps/update-registration.js'
import { verifyRegistration } from './steps/verify-registration.js'

/** Changes what Admin API knows of an instance: its contexts and its type. */
export const updateInstance = defineJob({
  type: 'instance.update',
  version: 2,
  changing: true,
  steps: [updateRegistration, verifyRegistration, notifyOdsApi(['ods-instances'])],
  pivot: verifyRegistration,
  settle: ({ status, error, undone }) => ({
    statusReason:
      status === 'succeeded' || undone
        ? null
        : `A change of contexts or type could not be undone; Admin API may have others than stand here. ${error?.detail ?? ''}`,
  }),
})
