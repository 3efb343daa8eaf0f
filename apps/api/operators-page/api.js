/** What the API, or the way to it, had against a call. */
export class ApiError extends Error {
  /** `problem` as the API answers it: title, detail, code, requestId. */
  constructor(problem) {
    super(problem.detail ?? problem.title ?? 'The API could not be reached.')
    this.problem = problem
  }
}

const signInPath = '/dashboard/sign-in?goal=operations'
/** Asked for anew this long before it ends, in milliseconds. */
const spareMs = 30_000

let token = null
let tokenEndsAt = 0

/** What the session may do: `{client, scopes}`, after the first call. */
export const session = { client: '', scopes: [] }

/** Whether the session has a scope; the API decides, this only leaves out buttons that would be refused. */
export const may = (scope) => session.scopes.includes(scope) || session.scopes.includes('admin')

async function send(path, options) {
  try {
    return await fetch(path, { ...options, cache: 'no-store' })
  } catch {
    throw new ApiError({ title: 'The API could not be reached.', detail: 'The API could not be reached.' })
  }
}

const problemOf = async (answer) => {
  const body = await answer.json().catch(() => ({}))
  return new ApiError({ title: answer.statusText, detail: `The API answered ${answer.status}.`, ...body })
}

function signIn() {
  location.assign(`${signInPath}${location.hash}`)
  // The page is left; what asked need not be answered.
  return new Promise(() => {})
}

async function bearer() {
  if (token !== null && Date.now() < tokenEndsAt - spareMs) return token
  const answer = await send('/dashboard/token', { method: 'POST' })
  if (answer.status === 401) return signIn()
  if (!answer.ok) throw await problemOf(answer)
  const body = await answer.json()
  token = body.access_token
  tokenEndsAt = Date.now() + body.expires_in * 1000
  session.client = body.client
  session.scopes = body.scope.split(' ')
  return token
}

async function call(method, path) {
  const answer = await send(path, {
    method,
    headers: { accept: 'application/json', authorization: `Bearer ${await bearer()}` },
  })
  if (answer.status === 401) {
    token = null
    return signIn()
  }
  if (!answer.ok) throw await problemOf(answer)
  return answer.json()
}

/** Reads from the API; `query` without its empty values. Throws an {@link ApiError}. */
export const read = (path, query = {}) => {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value))
  return call('GET', asked.size > 0 ? `${path}?${asked}` : path)
}

/** Reads every page of a list from the API. Throws an {@link ApiError}. */
export async function readAll(path) {
  const items = []
  let cursor
  do {
    const page = await read(path, { limit: 200, cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return items
}

/** Asks for something to be done. Throws an {@link ApiError}. */
export const ask = (path) => call('POST', path)
