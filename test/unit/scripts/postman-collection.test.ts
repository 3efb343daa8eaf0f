import { readFileSync } from 'node:fs'
import path from 'node:path'
import { operations, type Operation } from '@edfi-tenants/contract'
import { expect } from 'chai'

const root = path.resolve(import.meta.dirname, '../../..')
const file = path.join(root, 'docs/examples/clients/edfi-tenants.postman_collection.json')

interface Item {
  name: string
  item?: Item[]
  request?: { method: string; url: { path: string[] }; auth?: { type: string }; body?: { raw?: string } }
  event?: { script: { exec: string[] } }[]
}

const requests = (item: Item): Item[] => (item.item ? item.item.flatMap(requests) : [item])

describe('the Postman collection', () => {
  const text = readFileSync(file, 'utf8')
  const collection = JSON.parse(text) as Item & { info: { schema: string }; auth: { type: string } }
  const all = requests(collection)

  it('is what the OpenAPI document gives; otherwise `npm run postman` writes it anew', async function () {
    this.timeout(20_000)
    const module = new URL('../../../scripts/openapi/postman-collection.mjs', import.meta.url)
    const { postmanCollection } = (await import(module.href)) as { postmanCollection: () => Promise<string> }
    expect(text === (await postmanCollection()), 'it is outdated: npm run postman').to.equal(true)
  })

  it('has every call once, by method and path', () => {
    const asked = all.map(({ request }) => `${request?.method ?? ''} /${request?.url.path.join('/') ?? ''}`)
    const wanted = Object.values<Operation>(operations).map(
      (operation) => `${operation.method.toUpperCase()} ${operation.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    expect(asked.sort()).to.deep.equal(wanted.sort())
  })

  it('signs in once and uses that token everywhere else', () => {
    expect(collection.info.schema).to.contain('collection/v2.1.0')
    expect(collection.auth.type).to.equal('bearer')
    const own = all.filter(({ request }) => request?.auth)
    expect(own.map(({ name }) => name)).to.deep.equal(['Get a token'])
    expect(own[0]?.event?.[0]?.script.exec.join()).to.contain("set('token'")
  })

  it('has bodies that are JSON', () => {
    const bodies = all.flatMap(({ request }) => request?.body?.raw ?? [])
    expect(bodies).to.have.length.greaterThan(20)
    for (const body of bodies) expect(() => void JSON.parse(body), body).not.to.throw()
  })
})
