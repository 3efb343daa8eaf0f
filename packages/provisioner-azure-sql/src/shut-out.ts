import type { Operation, Ownership } from '@edfi-tenants/provisioner'
import {
  claim,
  findDatabase,
  grantStatements,
  inside,
  isOurs,
  usersWithAccess,
  type FoundDatabase,
  type Session,
} from '@edfi-tenants/provisioner-mssql'
import { denyStatements } from './deny-statements.js'
import { endSessions } from './end-sessions.js'

/**
 * Makes a database of ours the present run's, keeps everybody but its owner from connecting, and ends the sessions on it:
 * what single-user mode and OFFLINE do elsewhere. Whom it was closed to stands in the marker before it is done, so that
 * {@link letIn} of any later run can open it again.
 */
export async function shutOut(
  session: Session,
  operation: Operation,
  found: FoundDatabase,
  owner: Ownership,
): Promise<void> {
  const users = [...new Set([...found.retiredFrom, ...(await usersWithAccess(session, found.name))])]
  await operation.fence()
  await claim(session, found, owner, users)
  if (users.length > 0) {
    await operation.fence()
    const text = denyStatements(users)
    await inside(session.steady, found.name, text, (all, there) => there.finish(all))
  }
  await endSessions(session, found.name)
}

/** Takes {@link shutOut} back. */
export async function letIn(session: Session, operation: Operation, name: string, owner: Ownership): Promise<void> {
  const found = await findDatabase(session, name)
  if (!isOurs(found, { owner }) || found.retiredFrom.length === 0) return
  await operation.fence()
  const text = grantStatements(found.retiredFrom).join(';\n')
  await inside(session.steady, found.name, text, (all, there) => there.finish(all))
  await operation.fence()
  await claim(session, found, owner, [])
}
