import { Type, type Static } from '@sinclair/typebox'
import { secret, text } from './fields.js'
import { closed, oneOfWords } from './schema.js'

/** Lifetime of a token from `POST /connect/token`, in seconds. */
export const tokenLifetimeSeconds = 900

/**
 * The form of `POST /connect/token`. Client id and secret stand here or in `Authorization: Basic`. Names and the
 * rule that unknown parameters are ignored come from https://www.rfc-editor.org/rfc/rfc6749#section-4.4.
 */
export const tokenRequest = Type.Object(
  {
    grant_type: oneOfWords(['client_credentials']),
    client_id: Type.Optional(text(255)),
    client_secret: Type.Optional(secret()),
    scope: Type.Optional(
      text(1000, { minLength: 0, description: 'Separated by spaces; absent: every scope that the client has.' }),
    ),
  },
  { title: 'TokenRequest' },
)
export type TokenRequest = Static<typeof tokenRequest>

/** The answer to `POST /connect/token`. */
export const tokenSchema = closed(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds.' }),
    scope: Type.String({ description: 'What was granted, separated by spaces.' }),
  },
  { title: 'Token' },
)
export type Token = Static<typeof tokenSchema>
