import { Failure } from '@edfi-tenants/core'
import type { Complaint } from './dialect.js'
import type { Answer, HttpRequest } from './exchange.js'
import { redact } from './redact.js'

/** What was asked, for the words of a failure. */
export interface Asked {
  method: HttpRequest['method']
  /** Without the query. */
  path: string
  /** Everything in request and headers that must not be repeated. */
  secrets: readonly string[]
}

/** The failure that an answer other than 2xx stands for. */
export function answerFailure(answer: Answer, complaint: Complaint, asked: Asked): Failure {
  const { status, retryAfterMs } = answer
  const what = `${asked.method} ${asked.path}`
  const words = complaint.message === null ? '' : redact(complaint.message, asked.secrets)
  const said = words === '' ? '' : ` It said: ${words}`

  if (status >= 500 || status === 429 || status === 408) {
    return new Failure('admin_api_unavailable', `Admin API answered ${what} with ${status}.${said}`, {
      retryable: true,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
  if (complaint.kind === 'unknown-tenant') {
    return new Failure('admin_api_unknown_tenant', `Admin API does not know the tenant.${said}`)
  }
  if (complaint.kind === 'wrong-mode') {
    return new Failure('admin_api_wrong_mode', `Admin API serves another interface version.${said}`)
  }
  if (complaint.kind === 'name-taken') return new Failure('registration_name_taken', words)
  switch (status) {
    case 401:
      return new Failure('admin_api_login_failed', `Admin API does not accept the token for ${what}.${said}`)
    case 403:
      return new Failure(
        'admin_api_login_failed',
        `Admin API forbids ${what}: the client needs the scope edfi_admin_api/full_access.${said}`,
      )
    case 400:
    case 409:
    case 422:
      return new Failure('admin_api_refused', said === '' ? `Admin API refused ${what} without a reason.` : words)
    default:
      return new Failure(
        'admin_api_unexpected',
        `Admin API answered ${what} with ${status}.${redirected(answer)}${said}`,
      )
  }
}

function redirected({ status, location }: Answer): string {
  if (status < 300 || status > 399) return ''
  const target = location !== null && URL.canParse(location) ? ` to ${new URL(location).origin}` : ''
  return ` Redirects${target} are not followed; correct the URL.`
}
