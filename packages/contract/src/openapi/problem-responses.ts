import { problem, problemKinds, problemType, type ProblemCode } from '@edfi-tenants/core'
import { problemMediaType, problemSchema } from '../problems.js'
import type { Components } from './components.js'

/** The responses of an operation's problems, one per status, each code with a link to its page and an example. */
export function problemResponses(codes: readonly ProblemCode[], components: Components): Record<string, unknown> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const { status } = problemKinds[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus
          .map((code) => `[\`${code}\`](${problemType(code)}): ${problemKinds[code].title}`)
          .join('\n\n'),
        ...(ofStatus.some((code) => hasRetryAfter.has(code))
          ? { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } }
          : {}),
        content: {
          [problemMediaType]: {
            schema: components.place(problemSchema, 'response'),
            examples: Object.fromEntries(ofStatus.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
          },
        },
      },
    ]),
  )
}

const hasRetryAfter = new Set<ProblemCode>([
  'control_database_unavailable',
  'too_many_requests',
  'instance_busy',
  'idempotency_key_in_use',
])

/** An example of a problem, as an OpenAPI example object. */
export const problemExample = (code: ProblemCode) => ({
  summary: problemKinds[code].title,
  value: problem(code, problemKinds[code].meaning, {
    requestId: '2f0e8a55-61f6-4a57-8d7b-f3f0f5d5a001',
    ...(code === 'validation_failed' ? { errors: [{ pointer: '/name', detail: 'is required' }] } : {}),
  }),
})
