import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'

const read = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../../..', file), 'utf8')
const variables = new Set([...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name))
const used = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)(:\?|:-)?/g)]

describe('settings of docker compose', () => {
  it('that are required all stand in .env.example, from which .env is made', () => {
    const required = used.filter(([, , how]) => how !== ':-').map(([, name]) => name)
    expect(required).not.to.be.empty
    expect([...new Set(required)].filter((name) => !variables.has(name))).to.deep.equal([])
  })

  it('of .env.example are all read by docker-compose.yml', () => {
    const names = new Set(used.map(([, name]) => name))
    expect([...variables].filter((name) => !names.has(name))).to.deep.equal([])
  })

  it('have no default for a secret', () => {
    const defaults = used.filter(([, , how]) => how !== ':?').map(([, name]) => name)
    expect(defaults.filter((name) => /PASSWORD|SECRET|KEY/.test(name ?? ''))).to.deep.equal([])
  })
})
