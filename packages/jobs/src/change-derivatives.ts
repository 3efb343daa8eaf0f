import { defineJob } from './engine/define-job.js'
import { copyDerivative } from './steps/copy-derivative.js'
import { dropDerivative, dropOldDerivative } from './steps/drop-derivative.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { registerDerivative } from './steps/register-derivative.js'
import { unregisterDerivative } from './steps/unregister-derivative.js'

/** Gives an instance a snapshot or read replica. */
export const createDerivative = defineJob({
  type: 'instance.derivative-create',
  version: 1,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [copyDerivative, registerDerivative, notifyOdsApi(['ods-instances'])],
  pivot: registerDerivative,
})

/** Makes a snapshot anew: the old copy is in use until the new one is. */
export const refreshDerivative = defineJob({
  type: 'instance.derivative-refresh',
  version: 1,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [copyDerivative, registerDerivative, notifyOdsApi(['ods-instances']), dropOldDerivative],
  pivot: registerDerivative,
})

/** Takes a snapshot or read replica away from an instance. */
export const deleteDerivative = defineJob({
  type: 'instance.derivative-delete',
  version: 1,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [unregisterDerivative, notifyOdsApi(['ods-instances']), dropDerivative],
  pivot: unregisterDerivative,
})
