/** A running API and how to sign in. */
export interface ApiAccess {
  url: string
  clientId: string
  clientSecret: string
}

/** The API answered with an error. */
export class ApiProblem extends Error {
  constructor(
    readonly call: string,
    readonly status: number,
    readonly code: string | undefined,
    detail: string,
  ) {
    super(`${call} answered ${status}: ${detail}`)
    this.name = 'ApiProblem'
  }
}

/** What a call answered. */
export interface ApiAnswer<T> {
  status: number
  body: T
}

/** Calls the API as one client. */
export interface Api {
  url: string
  token: string
  call<T>(
    method: string,
    path: string,
    options?: { body?: object; headers?: Record<string, string> },
  ): Promise<ApiAnswer<T>>
}

async function parsed(call: string, response: Response): Promise<unknown> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const body: unknown = isJson ? JSON.parse(text) : text
  if (response.ok) return body
  const problem = isJson ? (body as { code?: string; error?: string; detail?: string; title?: string }) : {}
  throw new ApiProblem(call, response.status, problem.code ?? problem.error, problem.detail ?? problem.title ?? text)
}

/** Gets a token and returns the calls made with it. */
export async function signIn({ url, clientId, clientSecret }: ApiAccess): Promise<Api> {
  const response = await fetch(`${url}/connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
  })
  const { access_token: token } = (await parsed('POST /connect/token', response)) as { access_token: string }
  return {
    url,
    token,
    call: async (method, path, options = {}) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(options.body ? { 'content-type': 'application/json' } : {}),
          ...options.headers,
        },
        ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      })
      return { status: answer.status, body: (await parsed(`${method} ${path}`, answer)) as never }
    },
  }
}
