import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openArchiveStorage } from '@edfi-tenants/archive-storage'
import { expect } from 'chai'
import { storageCases, type StorageUnderTest } from './storage-cases.js'

describe('Archives in a folder', () => {
  let parent: string
  let folder: string
  let underTest: StorageUnderTest

  before(async () => {
    parent = await mkdtemp(path.join(os.tmpdir(), 'archive-folder-'))
    folder = path.join(parent, 'archives')
    underTest = {
      storage: openArchiveStorage({ kind: 'folder', folder }),
      names: async () => (await readdir(folder).catch(() => [])).sort(),
      readRaw: (id) => readFile(path.join(folder, `${id}.archive`)),
      writeRaw: (id, bytes) => writeFile(path.join(folder, `${id}.archive`), bytes),
    }
  })
  after(() => rm(parent, { recursive: true, force: true }))

  storageCases(() => underTest)

  const signal = new AbortController().signal
  async function* some(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(randomBytes(1000))
  }

  it('lets nobody but its own user read the folder and its files', async () => {
    const id = randomUUID()
    await underTest.storage.write(id, some(), randomBytes(32), { signal })
    expect((await stat(folder)).mode & 0o777).to.equal(0o700)
    expect((await stat(path.join(folder, `${id}.archive`))).mode & 0o777).to.equal(0o600)
  })

  it('clears away what a killed worker left of the same archive, and nothing of others', async () => {
    const [id, other] = [randomUUID(), randomUUID()]
    for (const name of [id, other]) await writeFile(path.join(folder, `${name}.abc.unfinished`), 'half')
    await underTest.storage.write(id, some(), randomBytes(32), { signal })
    const names = await readdir(folder)
    expect(names).to.include(`${other}.abc.unfinished`).and.not.include(`${id}.abc.unfinished`)
    await underTest.storage.remove(underTest.storage.locate(other))
    expect(await readdir(folder)).to.not.include(`${other}.abc.unfinished`)
  })

  it('says that the storage cannot be used when the folder cannot be made, as something to repeat', async () => {
    const file = path.join(parent, 'a-file')
    await writeFile(file, '')
    const storage = openArchiveStorage({ kind: 'folder', folder: path.join(file, 'below') })
    const error = await storage
      .write(randomUUID(), some(), randomBytes(32), { signal })
      .catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'storage_unavailable', retryable: true })
  })

  it('says before anything is written that a folder cannot be one, and makes one that is not there', async () => {
    const file = path.join(parent, 'another-file')
    await writeFile(file, '')
    const error = await openArchiveStorage({ kind: 'folder', folder: file })
      .prepare()
      .catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'storage_unavailable' })
    const folder = path.join(parent, 'not', 'there')
    await openArchiveStorage({ kind: 'folder', folder }).prepare()
    expect((await stat(folder)).mode & 0o777).to.equal(0o700)
  })
})
