import { problemKinds, scopes, type JsonObject } from '@edfi-tenants/core'
import { componentsCollector } from './openapi/components.js'
import { operationObject } from './openapi/operation-object.js'
import { responseHeaders, sharedParameters } from './openapi/shared-parts.js'
import { tags, type Operation } from './operation.js'
import { operations } from './operations.js'
import { problemCodes } from './problems.js'
import { problemExample } from './openapi/problem-responses.js'
import { webhookObjects } from './openapi/webhook-objects.js'

/** What differs between installations. */
export interface OpenApiOptions {
  /** Version of the product. */
  version: string
  /** Address under which clients reach the API, without a slash at the end. */
  publicUrl: string
  /** Default: every operation there is. */
  operations?: Readonly<Record<string, Operation>>
}

/** The OpenAPI 3.1 document, made from the same schemas that check requests. */
export function openApiDocument(options: OpenApiOptions): JsonObject {
  const components = componentsCollector()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of Object.values<Operation>(options.operations ?? operations)) {
    const path = (paths[operation.path] ??= {})
    path[operation.method] = operationObject(operation, components)
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Ed-Fi Tenant Management API',
      version: options.version,
      summary: 'Creates, seeds, registers, checks and retires Ed-Fi ODS instances.',
      description:
        'Fire a request, get a job (202), poll the job at its `Location`. Errors are `application/problem+json` (RFC 9457); each `code` has a page under `/docs/errors/`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.publicUrl }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: webhookObjects(components),
    components: {
      schemas: components.schemas(),
      parameters: sharedParameters,
      headers: responseHeaders,
      examples: Object.fromEntries(problemCodes.map((code) => [code, problemExample(code)])),
      securitySchemes: {
        clientCredentials: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: `${options.publicUrl}/connect/token`,
              scopes: Object.fromEntries(scopes.map((scope) => [scope, scopeInWords(scope)])),
            },
          },
        },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
    'x-problem-codes': Object.fromEntries(problemCodes.map((code) => [code, problemKinds[code].title])),
  }
  return JSON.parse(JSON.stringify(document)) as JsonObject
}

const scopeInWords = (scope: string): string => {
  const [subject, verb] = scope.split(':')
  if (scope === 'admin') return 'Everything.'
  return verb === undefined
    ? 'Read what is not secret.'
    : `${verb} ${subject ?? ''}`.replace(/^./, (c) => c.toUpperCase()) + '.'
}
