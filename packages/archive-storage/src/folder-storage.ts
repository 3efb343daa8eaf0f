import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure, isFailure, type JsonObject } from '@edfi-tenants/core'
import { corrupt, encryptArchive } from './archive-format.js'
import type { ArchiveStorage } from './archive-storage.js'
import { measure } from './measure.js'
import { readStored } from './read-stored.js'
import { untilAborted } from './until-aborted.js'

const ending = '.archive'
const unfinished = '.unfinished'

/**
 * Archives as files of one folder, which only the worker's user can read. The folder is made if it is not there; it must
 * be one that all workers share.
 */
export function folderStorage(folder: string): ArchiveStorage {
  const locate = (archiveId: string): JsonObject => ({ file: `${archiveId}${ending}` })

  async function removeUnfinished(archiveId: string): Promise<void> {
    const names = await readdir(folder)
    const left = names.filter((name) => name.startsWith(`${archiveId}.`) && name.endsWith(unfinished))
    await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })))
  }

  return {
    kind: 'folder',
    locate,
    prepare: () =>
      inFolder(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await access(folder, constants.R_OK | constants.W_OK)
      }),
    async write(archiveId, chunks, key, { signal }) {
      await inFolder(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await removeUnfinished(archiveId)
      })
      const measured = measure(encryptArchive(untilAborted(chunks, signal), key))
      const temporary = path.join(folder, `${archiveId}.${randomBytes(6).toString('hex')}${unfinished}`)
      const file = await inFolder(() => open(temporary, 'wx', 0o600))
      try {
        try {
          for await (const chunk of measured.chunks) await inFolder(() => file.writeFile(chunk))
          await inFolder(() => file.sync())
        } finally {
          await file.close()
        }
        signal.throwIfAborted()
        await inFolder(async () => {
          await rename(temporary, path.join(folder, `${archiveId}${ending}`))
          await syncFolder(folder)
        })
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined)
        throw error
      }
      return { location: locate(archiveId), ...measured.result() }
    },
    read: (stored, key, { signal }) => readStored(fileOf(folder, stored.location), stored, key, signal),
    async remove(location) {
      const name = fileName(location)
      await inFolder(async () => {
        await rm(path.join(folder, name), { force: true })
        await removeUnfinished(name.slice(0, -ending.length)).catch(ignoreMissing)
      })
    },
    close: () => undefined,
  }
}

async function* fileOf(folder: string, location: JsonObject): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path.join(folder, fileName(location)), { highWaterMark: 256 * 1024 })
  try {
    yield* stream as AsyncIterable<Buffer>
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? corrupt('Its file is gone.') : unavailable(error)
  }
}

function fileName(location: JsonObject): string {
  const name = location['file']
  if (typeof name !== 'string' || !/^[A-Za-z0-9-]+\.archive$/.test(name))
    throw new Failure('archive_not_available', 'The archive was not written to this storage.')
  return name
}

/** So that the new name outlives a power cut too. Some file systems cannot sync a folder; then the file itself is safe. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().catch(() => undefined)
  await handle.close()
}

async function inFolder<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw isFailure(error) ? error : unavailable(error)
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}

const unavailable = (error: unknown): Failure =>
  new Failure('storage_unavailable', `The folder for archives cannot be used (${codeOf(error) ?? 'error'}).`, {
    retryable: true,
    cause: error,
  })
