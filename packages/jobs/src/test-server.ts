import { defineJob } from './engine/define-job.js'
import { testServer } from './steps/test-server.js'

/** Tries a database server: address, login, rights, templates. */
export const testServerJob = defineJob({
  type: 'server.test',
  version: 1,
  changing: false,
  steps: [testServer],
  pivot: null,
})
