import type { Instance } from '../instances.js'
import type { Job } from '../jobs.js'
import { activeInstanceExample } from './instances.js'
import { createInstanceJobExample } from './jobs.js'

/** A job of this type about the instance of all examples, just accepted. */
const lifeJob = (type: string, ...steps: string[]): Job => ({
  ...createInstanceJobExample,
  id: '7d2c1f0a-3b4c-4d5e-8f60-718293a4b5c6',
  number: 1050,
  type,
  steps: steps.map((name) => ({
    name,
    status: 'pending',
    attempts: 0,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    detail: null,
    error: null,
  })),
})

const accepted = (job: Job, instance: Instance = activeInstanceExample) => ({
  job,
  instance: { ...instance, activeJobId: job.id },
})

const stoppedInstance: Instance = { ...activeInstanceExample, status: 'stopped' }

const deletedInstance: Instance = {
  ...activeInstanceExample,
  status: 'deleted',
  deletedAt: '2026-08-01T12:00:00.000Z',
  purgeAt: '2026-08-08T12:00:00.000Z',
}

/** Answers to the calls of an instance's life. */
export const lifeExamples = {
  delete: accepted(
    lifeJob(
      'instance.delete',
      'check-protection',
      'revoke-access',
      'archive',
      'unregister',
      'notify-ods-api',
      'retire-database',
    ),
  ),
  undelete: accepted(
    lifeJob(
      'instance.undelete',
      'restore-database',
      'restore-registration',
      'verify-database',
      'verify-registration',
      'notify-ods-api',
    ),
    deletedInstance,
  ),
  stop: accepted(lifeJob('instance.stop', 'stop-database', 'notify-ods-api')),
  start: accepted(
    lifeJob('instance.start', 'start-database', 'verify-database', 'verify-registration', 'notify-ods-api'),
    stoppedInstance,
  ),
  rename: accepted(
    lifeJob(
      'instance.rename',
      'reserve-name',
      'rename-database',
      'rename-registration',
      'verify-database',
      'verify-registration',
      'record-names',
      'notify-ods-api',
    ),
  ),
}
