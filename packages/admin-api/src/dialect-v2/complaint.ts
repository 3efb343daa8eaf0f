import { Type } from '@sinclair/typebox'
import type { Complaint } from '../dialect.js'
import type { Answer } from '../exchange.js'
import { isShape } from '../shape.js'
import { Text } from './schemas.js'

const isInvalid = isShape(Type.Object({ errors: Type.Record(Type.String(), Type.Array(Type.String())) }))
const isTitled = isShape(Type.Object({ title: Type.String() }))
const isMessage = isShape(Type.Object({ message: Type.String() }))
const isTokenError = isShape(Type.Object({ error: Type.String(), error_description: Type.Optional(Text) }))

/** Version 2 has no error codes: only the property's name and the text tell refusals apart. */
export function complaint({ status, body }: Answer): Complaint {
  if (isInvalid(body)) {
    const message = Object.entries(body.errors)
      .flatMap(([property, texts]) => texts.map((text) => (property === '' ? text : `${property}: ${text}`)))
      .join(' ')
    return { kind: status === 400 ? invalidKind(body.errors) : 'other', message }
  }
  if (isMessage(body)) {
    const wrongMode = status === 400 && body.message.startsWith('Wrong API version')
    return { kind: wrongMode ? 'wrong-mode' : 'other', message: body.message }
  }
  if (isTokenError(body)) return { kind: 'other', message: body.error_description ?? body.error }
  if (isTitled(body)) {
    // A proxy's or web server's own 404 does not begin like this, and must not pass for "there is no such registration".
    const gone = status === 404 && body.title.startsWith('Not found:')
    return { kind: gone ? 'not-found' : status === 404 ? 'no-such-path' : 'other', message: body.title }
  }
  return { kind: status === 404 ? 'no-such-path' : 'other', message: null }
}

function invalidKind(errors: Record<string, string[]>): Complaint['kind'] {
  const about = (property: string, text: RegExp) =>
    Object.entries(errors).some(
      ([key, texts]) => key.toLowerCase() === property && texts.some((each) => text.test(each)),
    )
  if (about('tenant', /./)) return 'unknown-tenant'
  if (about('name', /already exists/i)) return 'name-taken'
  if (about('', /combined key .* context key must be unique/i)) return 'context-taken'
  if (about('', /combined key .* derivative type must be unique/i)) return 'derivative-taken'
  if (about('vendorid', /not found/i)) return 'vendor-missing'
  return 'other'
}
