import type { Json, JsonObject } from '@edfi-tenants/core'
import { saveServerReport } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'

/** Tries all that a database server is needed for, and keeps what was found with the server's record. */
export const testServer = defineStep({
  name: 'test-server',
  async run(context) {
    const { provisioner, server, templates, sharedLogin } = await context.database()
    const request = { templates, ownLogins: !sharedLogin, ...(sharedLogin ? { registeredLogin: sharedLogin } : {}) }
    const report = await provisioner.testServer(server, request, context)
    await saveServerReport(context.store, server.id, report as unknown as JsonObject)
    const failed = report.checks.filter((check) => !check.ok)
    return {
      result: {
        ok: failed.length === 0,
        serverVersion: report.serverVersion,
        checks: report.checks,
      } as unknown as Json,
      detail:
        failed.length === 0
          ? `${report.serverVersion}: everything is as it should be.`
          : `Not as it should be: ${failed.map((check) => check.name).join(', ')}.`,
    }
  },
})
