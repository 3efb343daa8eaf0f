import { createHash } from 'node:crypto'
import { Failure, type FieldFault, type JsonObject } from '@edfi-tenants/core'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { validatorOptions } from './compile.js'
import { faultsFrom } from './faults.js'

const maxCompiled = 64
const maxSchemaLength = 256 * 1024
const compiled = new Map<string, ValidateFunction>()

/**
 * What is wrong with a value by a JSON Schema (2020-12) that a provisioner has published. Nothing is fetched for
 * references, unknown keywords and formats are passed over, and each schema is compiled by itself, so that two
 * versions with one `$id` stand side by side. Keeps the last 64. Throws `provisioner_failed` when it is no schema.
 */
export function validateAgainst(schema: JsonObject, value: unknown, pointerPrefix: string): FieldFault[] {
  const validate = validatorFor(schema)
  return validate(value) ? [] : faultsFrom(validate.errors ?? [], pointerPrefix)
}

function validatorFor(schema: JsonObject): ValidateFunction {
  const text = JSON.stringify(schema)
  if (text.length > maxSchemaLength) throw unusable('it is too large')
  const key = createHash('sha256').update(text).digest('base64')
  const known = compiled.get(key)
  compiled.delete(key)
  const validate = known ?? compile(JSON.parse(text) as JsonObject)
  compiled.set(key, validate)
  const oldest = compiled.keys().next().value
  if (compiled.size > maxCompiled && oldest !== undefined) compiled.delete(oldest)
  return validate
}

function compile(schema: JsonObject): ValidateFunction {
  let validate
  try {
    validate = new Ajv2020({ ...validatorOptions, strict: false, logger: false }).compile(schema)
  } catch (error) {
    throw unusable((error as Error).message, error)
  }
  // ajv takes `$async` for a validator that answers with a promise, and a promise would pass for "valid".
  if ('$async' in validate) throw unusable('it is asynchronous')
  return validate
}

const unusable = (reason: string, cause?: unknown): Failure =>
  new Failure('provisioner_failed', `A schema that the provisioner published cannot be used: ${reason}.`, { cause })
