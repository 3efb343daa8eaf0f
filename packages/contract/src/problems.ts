import { problemKinds, type FieldFault, type Problem, type ProblemCode } from '@edfi-tenants/core'
import { Type } from '@sinclair/typebox'
import { closed, oneOfWords } from './schema.js'

/** Every problem code there is. */
export const problemCodes = Object.keys(problemKinds) as ProblemCode[]

/** One fault of a request: where, and what is wrong. */
export const fieldFaultSchema = closed(
  {
    pointer: Type.String({
      description:
        'RFC 6901 pointer into the body (`/name`), or `?name` for a query parameter, `header:Name` for a header.',
    }),
    detail: Type.String(),
    code: Type.Optional(
      Type.String({
        description: 'Of an item of a batch: the code that a request for it alone would have failed with.',
      }),
    ),
  },
  { title: 'FieldFault' },
)

/** Problem details after RFC 9457. Some codes carry further fields, for example a link to the job in the way. */
export const problemSchema = Type.Unsafe<Problem>(
  Type.Object(
    {
      type: Type.String({ format: 'uri-reference', description: 'The page that explains the code.' }),
      title: Type.String(),
      status: Type.Integer({ minimum: 400, maximum: 599 }),
      detail: Type.String({ description: 'What happened this time.' }),
      code: oneOfWords(problemCodes),
      requestId: Type.Optional(Type.String({ description: 'To find the request in the log.' })),
      errors: Type.Optional(
        Type.Array(fieldFaultSchema, { description: 'Every fault of the request, all at once (`validation_failed`).' }),
      ),
    },
    { title: 'Problem', additionalProperties: true },
  ),
)

/** Media type of every error. */
export const problemMediaType = 'application/problem+json'

export type { FieldFault, Problem, ProblemCode }
