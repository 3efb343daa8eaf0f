import type { TObject, TSchema } from '@sinclair/typebox'
import { problemsOf, type Operation, type OperationResponse } from '../operation.js'
import type { Components } from './components.js'
import { problemResponses } from './problem-responses.js'

/** An operation as an OpenAPI operation object. */
export function operationObject(operation: Operation, components: Components): Record<string, unknown> {
  const parameters = [
    ...parametersIn('path', operation.params, components),
    ...parametersIn('query', operation.query, components),
    ...parametersIn('header', withoutAuthorization(operation.headers), components),
    ...(operation.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...describe(operation),
    tags: [operation.tag],
    security: securityOf(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(operation, components),
    responses: {
      ...problemResponses(problemsOf(operation), components),
      ...Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [
          status,
          responseObject(response, operation, components),
        ]),
      ),
    },
  }
}

function describe(operation: Operation): { description?: string } {
  const sentences = [
    operation.description,
    operation.anyTenantOnly ? 'Only for clients bound to every tenant (`*`).' : undefined,
  ].filter((sentence) => sentence !== undefined)
  return sentences.length > 0 ? { description: sentences.join(' ') } : {}
}

/** A public operation needs nothing; getting a token may also be done with Basic, which the operation describes. */
const securityOf = ({ scope, otherScopes = [] }: Operation): Record<string, string[]>[] =>
  scope === null ? [] : [...[scope, ...otherScopes].map((enough) => ({ clientCredentials: [enough] })), { bearer: [] }]

/** OpenAPI leaves `Authorization` to the security schemes and ignores it as a parameter. */
function withoutAuthorization(headers: TObject | undefined): TObject | undefined {
  if (!headers) return undefined
  const properties = Object.entries(headers.properties).filter(([name]) => name !== 'Authorization')
  return { ...headers, properties: Object.fromEntries(properties) }
}

function parametersIn(place: 'path' | 'query' | 'header', schema: TObject | undefined, components: Components) {
  return Object.entries<TSchema>(schema?.properties ?? {}).map(([name, property]) => {
    const keywords: Record<string, unknown> = property
    const { description, examples, ...rest } = keywords
    const required =
      place === 'path' || (schema?.required?.includes(name) === true && keywords['default'] === undefined)
    return {
      name,
      in: place,
      required,
      ...(description === undefined ? {} : { description }),
      ...(Array.isArray(examples) ? { example: examples[0] as unknown } : {}),
      ...(rest['type'] === 'object' ? mapParameter(name) : {}),
      schema: components.place(rest['type'] === 'object' ? mapSchema(name, rest) : rest, 'request'),
    }
  })
}

/** `label.<key>=value`: exploded, each property of the object is a parameter of its own. */
const mapParameter = (name: string) => ({
  style: 'form',
  explode: true,
  example: { [`${name}.key`]: 'value' },
})

const mapSchema = (name: string, map: Record<string, unknown>) => ({
  type: 'object',
  patternProperties: { [`^${name}\\.`]: map['additionalProperties'] },
  additionalProperties: false,
})

function requestBody(operation: Operation, components: Components): { requestBody?: unknown } {
  if (!operation.body) return {}
  const media = {
    schema: components.place(operation.body, 'request'),
    ...(operation.bodyExamples
      ? {
          examples: Object.fromEntries(
            Object.entries(operation.bodyExamples).map(([name, value]) => [name, { value }]),
          ),
        }
      : {}),
  }
  return {
    requestBody: {
      required: operation.body.default === undefined,
      content: { [operation.bodyMedia ?? 'application/json']: media },
    },
  }
}

function responseObject(response: OperationResponse, operation: Operation, components: Components) {
  const content = {
    ...(response.schema ? { 'application/json': jsonContent(response.schema, response.example, components) } : {}),
    ...Object.fromEntries(
      Object.entries(response.otherMedia ?? {}).map(([media, description]) => [
        media,
        { schema: { type: 'string', description } },
      ]),
    ),
  }
  const headers = [...(response.headers ?? []), ...(operation.idempotent ? ['Idempotent-Replayed'] : [])]
  return {
    description: response.description,
    ...(headers.length > 0
      ? { headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])) }
      : {}),
    ...(Object.keys(content).length > 0 ? { content } : {}),
  }
}

const jsonContent = (schema: TSchema, example: unknown, components: Components) => ({
  schema: components.place(schema, 'response'),
  ...(example === undefined ? {} : { example }),
})
