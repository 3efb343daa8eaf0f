import { eventTypes, problemKinds } from '@edfi-tenants/core'
import {
  expressPath,
  openApiDocument,
  operations,
  pathOf,
  responseFaults,
  type Operation,
} from '@edfi-tenants/contract'
import { expect } from 'chai'
import { createRequire } from 'node:module'
import { read } from './request.js'

/** ajv as the contract has it: the repository's root holds another version for its linter. */
interface Validator {
  addSchema: (schema: unknown, key: string) => void
  validateSchema: (schema: unknown) => boolean
  validate: (reference: string, value: unknown) => boolean
  errorsText: () => string
}
const fromContract = createRequire(createRequire(import.meta.url).resolve('@edfi-tenants/contract'))
const { Ajv2020 } = fromContract('ajv/dist/2020.js') as {
  Ajv2020: new (options: object) => Validator
}

type Node = Record<string, unknown>
const document = openApiDocument({ version: '1.2.3', publicUrl: 'https://tenants.example.org' }) as Node
const all = Object.values<Operation>(operations)

/** The node that a pointer such as `#/components/schemas/Job` leads to. */
const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, name) => (node as Node | undefined)?.[name], document)

/** Every object in the document with the pointer that leads to it. */
function* nodes(node: unknown, pointer = '#'): Generator<[pointer: string, node: Node]> {
  if (typeof node !== 'object' || node === null) return
  if (!Array.isArray(node)) yield [pointer, node as Node]
  for (const [name, inner] of Object.entries(node))
    yield* nodes(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}

const operationNodes = Object.entries(document['paths'] as Record<string, Record<string, Node>>).flatMap(
  ([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
)

describe('the OpenAPI document', () => {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false })
  ajv.addSchema(document, 'document')

  it('says what it is and where the service is', () => {
    expect(document['openapi']).to.match(/^3\.1\.\d$/)
    expect(document['info']).to.include({ version: '1.2.3' }).and.have.property('title')
    expect(document['servers']).to.deep.equal([{ url: 'https://tenants.example.org' }])
    expect(Object.keys(document).filter((key) => !key.startsWith('x-'))).to.have.members([
      'openapi',
      'info',
      'servers',
      'tags',
      'paths',
      'webhooks',
      'components',
    ])
  })

  it('has every operation, each under an id of its own', () => {
    const ids = operationNodes.map(({ operation }) => operation['operationId'])
    expect(new Set(ids).size).to.equal(ids.length)
    expect(ids).to.have.members(Object.keys(operations))
    for (const [key, operation] of Object.entries<Operation>(operations)) expect(operation.id).to.equal(key)
  })

  it('leads with every reference to something', () => {
    const references = [...nodes(document)].flatMap(([, node]) =>
      typeof node['$ref'] === 'string' ? [node['$ref']] : [],
    )
    expect(references).to.have.length.greaterThan(100)
    for (const reference of references) expect(resolve(reference), reference).to.be.an('object')
  })

  it('uses only component names that the specification allows', () => {
    for (const kind of Object.values(document['components'] as Record<string, Node>))
      for (const name of Object.keys(kind)) expect(name).to.match(/^[a-zA-Z0-9._-]+$/)
  })

  it('declares exactly the parameters that a path has, and none twice', () => {
    for (const { path, operation } of operationNodes) {
      const parameters = ((operation['parameters'] ?? []) as Node[]).map((parameter) =>
        typeof parameter['$ref'] === 'string' ? (resolve(parameter['$ref']) as Node) : parameter,
      )
      const inPath = parameters.filter((parameter) => parameter['in'] === 'path')
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect(
        inPath.map((parameter) => parameter['name']),
        path,
      ).to.have.members(named)
      expect(inPath.every((parameter) => parameter['required'] === true)).to.equal(true)
      const keys = parameters.map((parameter) => `${String(parameter['in'])} ${String(parameter['name'])}`)
      expect(new Set(keys).size, path).to.equal(keys.length)
      for (const parameter of parameters) {
        expect(parameter).to.include.keys('name', 'in', 'schema')
        expect(['path', 'query', 'header']).to.include(parameter['in'])
      }
    }
  })

  it('describes every answer, and has only tags and security schemes that it declares', () => {
    const tagNames = (document['tags'] as Node[]).map((tag) => tag['name'])
    const schemes = Object.keys((document['components'] as Node)['securitySchemes'] as Node)
    for (const { operation } of operationNodes) {
      expect(tagNames).to.include.members(operation['tags'] as string[])
      for (const requirement of operation['security'] as Node[])
        expect(schemes).to.include.members(Object.keys(requirement))
      const responses = Object.entries(operation['responses'] as Record<string, Node>)
      expect(responses).not.to.be.empty
      for (const [status, response] of responses) {
        expect(status).to.match(/^[2-5]\d\d$/)
        expect(response['description']).to.be.a('string').that.is.not.empty
      }
    }
  })

  it('has only valid JSON Schemas of 2020-12', () => {
    const schemas = [...nodes(document)].flatMap(([pointer, node]) => {
      if (pointer.startsWith('#/components/schemas/')) return pointer.split('/').length === 4 ? [node] : []
      return typeof node['schema'] === 'object' ? [node['schema']] : []
    })
    expect(schemas).to.have.length.greaterThan(100)
    for (const schema of schemas) expect(ajv.validateSchema(schema), JSON.stringify(schema)).to.equal(true)
  })

  it('gives examples that fit the published schemas', () => {
    let checked = 0
    for (const [pointer, node] of nodes(document)) {
      if (typeof node['schema'] !== 'object') continue
      const examples = Object.values((node['examples'] ?? {}) as Record<string, Node>).map(
        (example) => (typeof example['$ref'] === 'string' ? (resolve(example['$ref']) as Node) : example)['value'],
      )
      if (node['example'] !== undefined) examples.push(node['example'])
      for (const example of examples) {
        const fits = ajv.validate(`document${encodeURI(pointer)}/schema`, example)
        expect(fits, `${pointer}: ${ajv.errorsText()}`).to.equal(true)
        checked++
      }
    }
    expect(checked).to.be.greaterThan(100)
  })

  it('links every problem of an operation to its page', () => {
    for (const { operation } of operationNodes)
      for (const [status, response] of Object.entries(operation['responses'] as Record<string, Node>)) {
        const media = ((response['content'] ?? {}) as Record<string, Node>)['application/problem+json']
        if (!media) continue
        for (const code of Object.keys(media['examples'] as Node)) {
          expect(problemKinds[code as keyof typeof problemKinds].status).to.equal(Number(status))
          expect(response['description']).to.include(`(/docs/errors/${code})`)
        }
      }
  })

  it('describes what is sent to webhooks, every type of it with an example', () => {
    const webhooks = document['webhooks'] as Record<string, { post: Node }>
    expect(Object.keys(webhooks)).to.have.members([...Object.keys(eventTypes), 'webhook.test'])
    for (const [type, { post }] of Object.entries(webhooks)) {
      const { content } = post['requestBody'] as { content: Record<string, { schema: Node; example: Node }> }
      const { schema, example } = content['application/json']!
      expect(schema).to.deep.equal({ $ref: '#/components/schemas/WebhookMessage' })
      expect(example['type']).to.equal(type)
      if (type in eventTypes) expect((example['data'] as Node)['type']).to.equal(type)
      const headers = (post['parameters'] as Node[]).map(({ name }) => name)
      expect(headers).to.deep.equal(['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    }
    const ids = [
      ...operationNodes.map(({ operation }) => operation),
      ...Object.values(webhooks).map(({ post }) => post),
    ]
    expect(new Set(ids.map(({ operationId }) => operationId)).size).to.equal(ids.length)
  })

  it('publishes answers open, so that new fields do not break clients, and requests closed', () => {
    const schemas = (document['components'] as Node)['schemas'] as Record<string, Node>
    expect(schemas['Instance']).not.to.have.property('additionalProperties')
    expect(schemas['InstanceRequest']).to.have.property('additionalProperties', false)
  })
})

describe('every operation', () => {
  for (const operation of all) {
    const title = `${operation.method.toUpperCase()} ${operation.path}`

    for (const [status, response] of Object.entries(operation.responses))
      if (response.schema && response.example !== undefined)
        it(`${title} answers ${status} as its own example shows`, () =>
          expect(responseFaults(operation, Number(status), response.example)).to.deep.equal([]))

    for (const [name, body] of Object.entries(operation.bodyExamples ?? {}))
      it(`${title} takes its example "${name}"`, () => {
        const params = {
          name: 'a',
          type: 'Snapshot',
          findingId: '91e2c7b4-0d3f-4b8a-a6c5-1f2e3d4c5b6a',
          id: operation.path.includes('api-clients') ? 'a' : '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d',
        }
        const wanted = Object.fromEntries(
          Object.entries(params).filter(([param]) => operation.path.includes(`{${param}}`)),
        )
        expect(read(operation, { params: wanted, body }).body).to.deep.equal(body)
      })
  }

  it('takes an idempotency key exactly when it is a POST or DELETE under /v1', () => {
    for (const { id, method, path, idempotent } of all)
      expect(idempotent ?? false, id).to.equal(path.startsWith('/v1/') && (method === 'post' || method === 'delete'))
  })

  it('needs a sign-in under /v1', () => {
    for (const { id, path, scope } of all) if (path.startsWith('/v1/')) expect(scope, id).to.be.a('string')
  })

  it('says with a 202 where to look and when', () => {
    for (const { id, responses } of all)
      if (responses[202]) expect(responses[202].headers, id).to.have.members(['Location', 'Retry-After'])
  })

  it('has one method and path of its own', () => {
    const routes = all.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(routes).size).to.equal(routes.length)
  })

  it('gives its path to Express and to clients', () => {
    expect(expressPath(operations.listServerDatabases)).to.equal('/v1/database-servers/:name/databases')
    expect(pathOf(operations.getTenant, { name: 'a b/c' })).to.equal('/v1/tenants/a%20b%2Fc')
    expect(() => pathOf(operations.getTenant)).to.throw(/needs the parameter name/)
  })
})
