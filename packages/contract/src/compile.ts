import type { TSchema } from '@sinclair/typebox'
import type { ErrorObject, Options, ValidateFunction } from 'ajv/dist/2020.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'

/**
 * Options of every validator: all faults at once, no coercion, and properties only where they are an object's own.
 * `verbose` gives the fault messages the schema they come from.
 */
export const validatorOptions: Options = {
  allErrors: true,
  verbose: true,
  ownProperties: true,
  formats: fullFormats,
}

const ajv = new Ajv2020({ ...validatorOptions, strict: true, strictRequired: false, logger: false })
ajv.addVocabulary(['x-rule'])

const compiled = new WeakMap<TSchema, ValidateFunction>()

/** What a schema of ours finds wrong with a value. Each schema is compiled when it is first needed. */
export function errorsOf(schema: TSchema, value: unknown): ErrorObject[] {
  let validate = compiled.get(schema)
  if (!validate) {
    validate = ajv.compile(schema)
    compiled.set(schema, validate)
  }
  return validate(value) ? [] : (validate.errors ?? [])
}
