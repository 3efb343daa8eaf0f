import type { FieldFault, JsonObject } from '@edfi-tenants/core'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'

/** The most faults that are told at once. */
const maxFaults = 100

const maxCompiled = 64
const compiled = new Map<string, ValidateFunction>()

/**
 * The check that a bundle's schema stands for. Nothing is fetched for references. Keeps the first 64, which is more than
 * there are bundles as a rule. Throws when it is no schema.
 */
export function compileSchema(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema)
  const known = compiled.get(key)
  if (known) return known
  const validate = new Ajv2020({
    allErrors: true,
    ownProperties: true,
    strict: false,
    logger: false,
    formats: fullFormats,
  }).compile(schema)
  // ajv takes `$async` for a check that answers with a promise, and a promise would pass for "valid".
  if ('$async' in validate) throw new Error('it is asynchronous')
  if (compiled.size < maxCompiled) compiled.set(key, validate)
  return validate
}

/**
 * What is wrong with parameters by a bundle's own schema; none: they may be given to its scripts. `pointerPrefix` goes
 * before each pointer.
 */
export function checkParameters(schema: JsonObject, parameters: unknown, pointerPrefix = ''): FieldFault[] {
  const validate = compileSchema(schema)
  if (validate(parameters)) return []
  return (validate.errors ?? [])
    .slice(0, maxFaults)
    .map((error) => ({ pointer: pointerPrefix + placeOf(error), detail: detailOf(error) }))
}

/** Where an error lies; a missing or unknown property is pointed at by its own name. */
function placeOf({ instancePath, params }: ErrorObject): string {
  const { missingProperty, additionalProperty } = params as Record<string, unknown>
  const name = missingProperty ?? additionalProperty
  if (typeof name !== 'string') return instancePath
  return `${instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

const details: Readonly<Record<string, string>> = {
  required: 'is required',
  additionalProperties: 'is not a known property',
}

const detailOf = ({ keyword, message }: ErrorObject): string => details[keyword] ?? message ?? 'is not valid'
