import { tokenLifetimeSeconds, type Token } from '../tokens.js'

/** A token for reading. */
export const tokenExample: Token = {
  access_token: 'eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJ0bS01ZjNjMWE5ZTdiMmQifQ.signature',
  token_type: 'Bearer',
  expires_in: tokenLifetimeSeconds,
  scope: 'read',
}
