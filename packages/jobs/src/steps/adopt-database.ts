import { isFailure } from '@edfi-tenants/core'
import { adoptParameters } from '../adoption/adopted.js'
import { defineStep } from '../engine/define-job.js'
import { stepOutput } from '../tombstones/step-output.js'
import { registeredLogin } from './create-database.js'

/** Marks a database that somebody else made as the instance's, and gives the login of ODS/API its rights there. */
export const adoptDatabase = defineStep({
  name: 'adopt-database',
  usesServer: true,
  async run(context) {
    const { instance, ownership: owner, save, saved } = context
    const { databaseName } = instance
    const { replaces } = adoptParameters(context)
    const access = await context.database()
    const login = await registeredLogin(context, access)
    if (!saved) await save({ output: { begun: true } })
    const { identity } = await access.provisioner.adoptDatabase(
      access.server,
      { databaseName, owner, login, ...(replaces === undefined ? {} : { replaces }) },
      context,
    )
    return {
      output: { begun: true, identity },
      instance: { databaseIdentity: identity },
      detail: `"${databaseName}" is marked as the instance’s; ${login.username} may use it.`,
    }
  },
  async undo(context) {
    const { instance, ownership: owner, saved, job } = context
    if (!saved) return { detail: 'Nothing had been changed on the database server.' }
    const { databaseName, loginName } = instance
    const { provisioner, server } = await context.database()
    // A registration that was taken over keeps leading there with this login: the one before it cannot be read back.
    const drop = stepOutput(job, 'register')?.['takenOver'] !== true
    try {
      await provisioner.releaseDatabase(
        server,
        { databaseName, owner, ...(loginName ? { ownLogin: { username: loginName, drop } } : {}) },
        context,
      )
    } catch (error) {
      if (!isFailure(error) || (error.code !== 'not_our_database' && error.code !== 'database_missing')) throw error
      return { detail: `"${databaseName}" had not been marked.` }
    }
    return {
      instance: { databaseIdentity: null, loginName: null, loginPassword: null },
      detail: `"${databaseName}" is as it was, and nobody’s.`,
    }
  },
})
