import { Failure } from '@edfi-tenants/core'
import type { Static, TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import type { Answer } from './exchange.js'

const ajv = new Ajv({ allErrors: false, strict: true })

/** Whether a value has the shape; properties that the shape does not name are fine. */
export function isShape<T extends TSchema>(schema: T): (value: unknown) => value is Static<T> {
  return ajv.compile<Static<T>>(schema)
}

/**
 * A reader of successful answers: gives the body, or fails with `admin_api_unexpected` that says where the body differs
 * (never what it holds).
 */
export function shapeReader<T extends TSchema>(what: string, schema: T): (answer: Answer) => Static<T> {
  const validate = ajv.compile<Static<T>>(schema)
  return ({ body }) => {
    if (validate(body)) return body
    const [fault] = validate.errors ?? []
    const where = fault ? `: ${fault.instancePath || 'the body'} ${fault.message ?? 'is wrong'}` : ''
    throw new Failure('admin_api_unexpected', `Admin API’s ${what} does not have the expected shape${where}.`)
  }
}
