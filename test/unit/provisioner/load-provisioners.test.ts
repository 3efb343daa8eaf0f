import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { contractVersion, loadProvisioners, requiredOperations } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'

const operations = requiredOperations.map((name) => `${name}() {}`).join(', ')
const builtIn = { postgresql: () => Promise.resolve({ provisioner }) }

/** The message with which loading fails; fails itself when it does not. */
const failure = (entries: string[], directory: string): Promise<string> =>
  loadProvisioners(entries, builtIn, directory).then(
    () => expect.fail('loaded'),
    (error: unknown) => (error as Error).message,
  )

describe('loadProvisioners', () => {
  let directory: string
  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'provisioners-'))
  })
  after(() => rmSync(directory, { recursive: true }))

  const write = (file: string, text: string): string => {
    writeFileSync(path.join(directory, file), text)
    return `./${file}`
  }

  it('loads what is named, built in or from a path, and nothing else', async () => {
    const own = write(
      'own.mjs',
      `export const provisioner = { manifest: ${JSON.stringify({ ...provisioner.manifest, name: 'own' })}, ${operations} }`,
    )
    expect([...(await loadProvisioners(['postgresql', own], builtIn, directory)).keys()]).to.deep.equal([
      'postgresql',
      'own',
    ])
    expect([...(await loadProvisioners([own], builtIn, directory)).keys()]).to.deep.equal(['own'])
  })

  it('names the entry that is broken, and why', async () => {
    const version = `manifest: { name: 'x', contractVersion: ${contractVersion} }`
    const broken: [string, RegExp][] = [
      [write('throws.mjs', `throw new Error('no driver')`), /throws\.mjs.*no driver/],
      [write('empty.mjs', 'export {}'), /empty\.mjs.*does not export/],
      [write('old.mjs', `export const provisioner = { manifest: { contractVersion: 0 } }`), /old\.mjs.*version 0/],
      [write('partial.mjs', `export const provisioner = { ${version} }`), /partial\.mjs.*lacks testServer/],
      [
        write('unclear.mjs', `export const provisioner = { ${version}, ${operations} }`),
        /unclear\.mjs.*manifest.*title.*databaseEngine.*capabilities/,
      ],
      [write('exits.mjs', 'process.exit(3)'), /exits\.mjs.*exit code 3/],
      ['./not-there.mjs', /not-there\.mjs.*cannot be loaded/],
      ['no-such-package', /no-such-package.*cannot be loaded/],
    ]
    for (const [entry, expected] of broken) expect(await failure([entry], directory)).to.match(expected)
  })

  it('asks for every operation of the contract, so that none is missed only when a job calls it', () => {
    const operations = Object.entries(provisioner).filter(([, value]) => typeof value === 'function')
    expect([...requiredOperations].sort()).to.deep.equal(operations.map(([name]) => name).sort())
  })

  it('refuses two that claim one name', async () => {
    expect(await failure(['postgresql', 'postgresql'], directory)).to.match(/taken/)
  })
})
