import { ApiFailure, invalid } from '../http/errors.js'
import { readForm } from '../http/request-body.js'
import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { insert } from '../store/table.js'
import { hashSecret } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'

const secretPattern = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^a-zA-Z\d]).{32,128}$/
const weakSecret =
  'ClientSecret must contain at least one lowercase letter, one uppercase letter, one number, ' +
  'and one special character, and must be 32 to 128 characters long.'

/** `POST /connect/register`, with its limit of registrations per minute and address. */
export function registerRoute(): Route {
  const isAllowed = rateLimit()
  return {
    method: 'POST',
    path: '/connect/register',
    anonymous: true,
    handler: (call) => {
      if (!isAllowed(call)) throw new ApiFailure(429)
      return register(call)
    },
  }
}

function register(call: Call): Reply {
  const form = readForm(call)
  if (!call.settings.allowRegistration) throw new ApiFailure(403)
  const clientId = form.get('clientid') ?? null
  const secret = form.get('clientsecret') ?? null
  const displayName = form.get('displayname') ?? null
  const rules = new Rules()
  rules.notEmpty(clientId, 'ClientId')
  rules.notEmpty(secret, 'ClientSecret')
  rules.must(secret === null || secretPattern.test(secret), 'ClientSecret', weakSecret)
  rules.notEmpty(displayName, 'DisplayName')
  rules.guard()
  const { clients } = call.tenant()
  const id = clientId ?? ''
  if (clients.rows.some((client) => client.clientId === id)) {
    throw invalid('ClientId', `ClientId ${id} already exists`)
  }
  insert(clients, { clientId: id, secretHash: hashSecret(secret ?? ''), displayName: displayName ?? '' })
  return ok({ title: `Registered client ${id} successfully.`, status: 200 })
}

/** A fixed window of one minute per address. */
function rateLimit(): (call: Call) => boolean {
  const windows = new Map<string, { startedAt: number; count: number }>()
  return ({ request, settings }) => {
    if (settings.registrationsPerMinute === 0) return true
    const now = Date.now()
    const address = request.ip ?? ''
    let window = windows.get(address)
    if (window === undefined || now - window.startedAt >= 60_000) {
      window = { startedAt: now, count: 0 }
      windows.set(address, window)
    }
    return ++window.count <= settings.registrationsPerMinute
  }
}
