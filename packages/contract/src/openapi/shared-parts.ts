import type { ResponseHeader } from '../operation.js'

/** Parameters that several operations refer to. */
export const sharedParameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes a repetition safe: within 24 hours the same key of the same client answers as the first time (`Idempotent-Replayed: true`).',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    example: '0b9e6d0e-7d1f-4f0c-a3d5-3b9b3e1f2a10',
  },
}

/** Headers of answers. */
export const responseHeaders: Record<ResponseHeader | 'Idempotent-Replayed', unknown> = {
  Location: { description: 'Where to look: the new object, or the job to poll.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait before asking again.', schema: { type: 'integer', minimum: 0 } },
  'Cache-Control': { description: '`no-store`: the answer holds a secret.', schema: { type: 'string' } },
  ETag: {
    description:
      'Changes when the content does; ask with it in `If-None-Match` to be answered 304 while it is the same.',
    schema: { type: 'string' },
  },
  'Preference-Applied': { description: 'The `wait` that was granted.', schema: { type: 'string' } },
  Link: { description: 'Address of the next page (`rel="next"`).', schema: { type: 'string' } },
  'Idempotent-Replayed': {
    description: '`true` when this is the answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
  },
}
