import { Type } from '@sinclair/typebox'
import { tokenExample } from '../examples/tokens.js'
import { defineOperation } from '../operation.js'
import { tokenRequest, tokenSchema } from '../tokens.js'

/** `/connect/token`. */
export const tokenOperations = {
  createToken: defineOperation({
    id: 'createToken',
    method: 'post',
    path: '/connect/token',
    summary: 'Get a token',
    description: 'Client credentials, in the form or as `Authorization: Basic`. A token lasts 15 minutes.',
    tag: 'Tokens',
    scope: null,
    headers: Type.Object({
      Authorization: Type.Optional(
        Type.String({ description: '`Basic` and base64 of `client_id:client_secret`, both percent-encoded.' }),
      ),
    }),
    body: tokenRequest,
    bodyMedia: 'application/x-www-form-urlencoded',
    bodyExamples: {
      form: { grant_type: 'client_credentials', client_id: 'onboarding', client_secret: 'the secret', scope: 'read' },
      basic: { grant_type: 'client_credentials' },
    },
    responses: {
      200: { description: 'The token.', schema: tokenSchema, example: tokenExample, headers: ['Cache-Control'] },
    },
    problems: ['invalid_client'],
  }),
}
