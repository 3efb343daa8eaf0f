import { Type, type Static } from '@sinclair/typebox'
import { closed, nullable, oneOfWords } from './schema.js'

/** `GET /health/live`: the process answers. */
export const livenessSchema = closed({ status: Type.Literal('alive') }, { title: 'Liveness' })
export type Liveness = Static<typeof livenessSchema>

/**
 * `GET /health/ready`. `degraded`: requests are taken, but work starts late, for example while the queue is away.
 * `unavailable`: the control database is away and nothing can be taken.
 */
export const readinessSchema = closed(
  {
    status: oneOfWords(['ready', 'degraded', 'unavailable']),
    checks: Type.Array(
      closed({ name: Type.String(), ok: Type.Boolean(), detail: nullable(Type.String()) }, { title: 'ReadinessCheck' }),
    ),
  },
  { title: 'Readiness' },
)
export type Readiness = Static<typeof readinessSchema>
