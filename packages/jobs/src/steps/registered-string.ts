import type { StepContext } from '../engine/define-job.js'
import { registeredLogin } from './create-database.js'

/** The connection string to register for a database of the instance, with the login that ODS/API uses. */
export async function connectionStringFor(context: StepContext, databaseName: string): Promise<string> {
  const access = await context.database()
  const login = await registeredLogin(context, access)
  return access.provisioner.registeredConnectionString(access.server, { databaseName, login })
}
