import { Type } from '@sinclair/typebox'
import type { Dialect } from '../dialect.js'
import { shapeReader } from '../shape.js'

const readToken = shapeReader(
  'token',
  Type.Object({ access_token: Type.String({ minLength: 1 }), expires_in: Type.Number({ minimum: 0 }) }),
)

/** `/connect/token`. */
export const signIn: Dialect['signIn'] = (clientId, clientSecret) => ({
  method: 'POST',
  path: '/connect/token',
  form: {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'client_credentials',
    scope: 'edfi_admin_api/full_access',
  },
  secrets: [clientSecret],
  read: (answer) => {
    const { access_token: token, expires_in: expiresInSeconds } = readToken(answer)
    return { token, expiresInSeconds }
  },
})
