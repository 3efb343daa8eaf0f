import { defineJob } from './engine/define-job.js'
import { checkRegistration } from './steps/check-registration.js'
import { count } from './steps/count.js'
import { probe } from './steps/probe.js'
import { recordHealth } from './steps/record-health.js'

/**
 * Looks how one instance stands, or all of one database server: so a check has one slot of it at most, and a server that
 * does not answer delays only its own.
 */
export const checkHealth = defineJob({
  type: 'health.check',
  version: 1,
  changing: false,
  steps: [probe, count, checkRegistration, recordHealth],
  pivot: null,
})
