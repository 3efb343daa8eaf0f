import { Failure } from '@edfi-tenants/core'
import type { Login } from '@edfi-tenants/provisioner'
import type { HealthSubject, Store } from '@edfi-tenants/store'
import type { ServerAccess } from '../engine/define-job.js'
import { loginPasswordContext } from '../steps/create-database.js'

/** What ODS/API logs in to an instance with: the server's shared login, or its own. */
export function subjectLogin(
  store: Pick<Store, 'sealer'>,
  access: ServerAccess,
  subject: Pick<HealthSubject, 'id' | 'loginName' | 'loginPassword'>,
): Login {
  if (access.sharedLogin) return access.sharedLogin
  const { id, loginName, loginPassword } = subject
  if (loginName === null || loginPassword === null)
    throw new Failure('registered_login_failed', 'The instance has no login on record.')
  return { username: loginName, password: store.sealer.open(loginPassword, loginPasswordContext(id)) }
}
