import { setTimeout as pause } from 'node:timers/promises'
import type { InstanceAccepted, InstanceRequest, Job } from '@edfi-tenants/contract'

/** The product as its clients see it. */
export interface ApiClient {
  url: string
  token: string
  /** Sends JSON and gives the JSON of the answer. Throws with the answer unless it is a success. */
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  create(body: InstanceRequest): Promise<InstanceAccepted>
  /** Waits for a job's end by long polls. Throws when it has not succeeded. */
  waitForJob(id: string): Promise<Job>
}

/** Signs in with client credentials. */
export async function signIn(url: string, client: { clientId: string; clientSecret: string }): Promise<ApiClient> {
  const response = await fetch(`${url}/connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }),
  })
  if (!response.ok) throw new Error(`Signing in: ${response.status} ${await response.text()}`)
  const { access_token: token } = (await response.json()) as { access_token: string }

  async function call<Answer>(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as Answer
  }

  return {
    url,
    token,
    call: (method, path, body) => call(method, path, body),
    create: (body) => call('POST', '/v1/instances', body),
    async waitForJob(id) {
      for (;;) {
        const job = await call<Job>('GET', `/v1/jobs/${id}`, undefined, { Prefer: 'wait=20' })
        if (job.status === 'succeeded') return job
        if (job.finishedAt !== null) throw new Error(`Job ${id} has ${job.status}: ${JSON.stringify(job.error)}`)
      }
    },
  }
}

/** Repeats what fails while a process comes up, for 30 seconds at most; the last error is thrown. */
export async function untilItWorks<Result>(work: () => Promise<Result>, assertRunning: () => void): Promise<Result> {
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      assertRunning()
      if (Date.now() > deadline) throw error
      await pause(50)
    }
  }
}
