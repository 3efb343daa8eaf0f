import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isFailure } from '@edfi-tenants/core'
import { createSecretResolver } from '@edfi-tenants/runtime'
import { expect } from 'chai'

describe('Secret references', () => {
  let outside: string
  let folder: string
  const env: Record<string, string | undefined> = {
    TM_SECRET_ODS: 'hunter2',
    TM_SECRET_EMPTY: '',
    DATABASE_URL: 'hunter2',
  }
  const resolve = (reference: string) => createSecretResolver({ env, secretFilesDir: folder })(reference)

  async function failureOf(reference: string): Promise<string> {
    try {
      await resolve(reference)
    } catch (error) {
      expect(isFailure(error) && error.code === 'secret_unavailable', reference).to.equal(true)
      return (error as Error).message
    }
    throw new Error(`${reference} was resolved`)
  }

  before(() => {
    outside = mkdtempSync(path.join(tmpdir(), 'secrets-'))
    folder = path.join(outside, 'inside')
    mkdirSync(path.join(folder, 'sub'), { recursive: true })
    mkdirSync(`${folder}-other`)
    writeFileSync(path.join(outside, 'stolen'), 'hunter2')
    writeFileSync(path.join(`${folder}-other`, 'stolen'), 'hunter2')
    writeFileSync(path.join(folder, 'plain'), 'p w\n')
    writeFileSync(path.join(folder, 'sub', 'windows'), 'pw\r\n')
    writeFileSync(path.join(folder, 'lines'), 'a\nb\n\n')
    writeFileSync(path.join(folder, 'empty'), '\n')
    writeFileSync(path.join(folder, 'largest'), 'x'.repeat(64 * 1024))
    writeFileSync(path.join(folder, 'too-large'), 'x'.repeat(64 * 1024 + 1))
    symlinkSync(path.join(outside, 'stolen'), path.join(folder, 'link-out'))
    symlinkSync(outside, path.join(folder, 'folder-out'))
    symlinkSync('plain', path.join(folder, 'link-in'))
  })
  after(() => rmSync(outside, { recursive: true }))

  it('give a variable whose name begins with TM_SECRET_, as it is at that moment', async () => {
    expect(await resolve('env:TM_SECRET_ODS')).to.equal('hunter2')
    env['TM_SECRET_ODS'] = 'rotated'
    expect(await resolve('env:TM_SECRET_ODS')).to.equal('rotated')
  })

  it('give a file below the folder without its last line end, as it is at that moment', async () => {
    expect(await resolve('file:plain')).to.equal('p w')
    expect(await resolve('file:sub/windows')).to.equal('pw')
    expect(await resolve('file:link-in')).to.equal('p w')
    expect(await resolve('file:lines')).to.equal('a\nb\n')
    expect(await resolve('file:largest')).to.have.length(64 * 1024)
    writeFileSync(path.join(folder, 'sub', 'windows'), 'rotated')
    expect(await resolve('file:sub/windows')).to.equal('rotated')
  })

  it('reach nothing else, and say the same whether it is missing or forbidden', async () => {
    const references = [
      'env:DATABASE_URL',
      'env:TM_SECRET_EMPTY',
      'env:TM_SECRET_MISSING',
      'env:tm_secret_ods',
      'env:__proto__',
      'file:missing',
      'file:empty',
      'file:too-large',
      'file:sub',
      'file:.',
      'file:../stolen',
      'file:sub/../../stolen',
      'file:sub\\..\\..\\stolen',
      'file:../inside-other/stolen',
      'file:link-out',
      'file:folder-out/stolen',
      `file:${path.join(outside, 'stolen')}`,
      `file:${path.join(folder, 'plain')}`,
      'file:plain\0',
    ]
    const messages = new Set(await Promise.all(references.map(failureOf)))
    expect([...messages]).to.have.length(1)
    expect([...messages][0])
      .not.to.contain(outside)
      .and.not.to.contain('hunter2')
  })

  it('refuse every other kind', async () => {
    for (const reference of ['', 'hunter2', 'ENV:TM_SECRET_ODS', 'http://x', 'vault:x', 'file:', 'env:'])
      expect(await failureOf(reference)).not.to.contain('hunter2')
  })

  it('give no file where no folder is configured', async () => {
    const without = createSecretResolver({ env, secretFilesDir: undefined })
    const error: unknown = await without('file:plain').catch((reason: unknown) => reason)
    expect(isFailure(error)).to.equal(true)
  })
})
