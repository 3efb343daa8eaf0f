import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { openArchiveStorage } from '@edfi-tenants/archive-storage'
import { expect } from 'chai'
import { readAll, storageCases, type StorageUnderTest } from './storage-cases.js'

const bucket = 'archives'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

describe('Archives in S3', () => {
  let server: ChildProcess | undefined
  let endpoint: string
  let client: S3Client
  let underTest: StorageUnderTest

  before(async function () {
    if (spawnSync('moto_server', ['--help']).status !== 0) {
      console.warn('      skipped: needs moto_server on the PATH (pip install "moto[server]")')
      this.skip()
    }
    this.timeout(60_000)
    const port = await freePort()
    endpoint = `http://127.0.0.1:${port}`
    // Taken as a group: the shim on the PATH is a shell script in front of the real process.
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', detached: true })
    const settings = { region: 'us-east-1', endpoint, credentials }
    client = new S3Client({ ...settings, forcePathStyle: true, maxAttempts: 1 })
    await until(() => client.send(new CreateBucketCommand({ Bucket: bucket })))
    const storage = openArchiveStorage({ kind: 's3', bucket, prefix: 'ed-fi/', ...settings })
    const keyOf = (id: string) => ({ Bucket: bucket, Key: `ed-fi/${id}.archive` })
    underTest = {
      storage,
      async names() {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
        const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
        return [...Contents, ...Uploads].map(({ Key }) => Key ?? '').sort()
      },
      async readRaw(id) {
        const { Body } = await client.send(new GetObjectCommand(keyOf(id)))
        return Buffer.from((await Body?.transformToByteArray()) ?? [])
      },
      async writeRaw(id, bytes) {
        await client.send(new PutObjectCommand({ ...keyOf(id), Body: bytes }))
      },
    }
  })
  after(() => {
    if (server?.pid === undefined) return
    underTest.storage.close()
    client.destroy()
    process.kill(-server.pid, 'SIGKILL')
  })

  storageCases(() => underTest)

  const signal = new AbortController().signal

  it('writes archives of several parts, and keeps no part of one that broke', async function () {
    this.timeout(60_000)
    const megabyte = randomBytes(1024 * 1024)
    async function* large(breaks: boolean): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 36; count++) yield await Promise.resolve(megabyte)
      if (breaks) throw new Error('the export broke')
    }
    const key = randomBytes(32)
    const before = await underTest.names()
    await underTest.storage.write(randomUUID(), large(true), key, { signal }).then(
      () => expect.fail('it was written'),
      () => undefined,
    )
    expect(await underTest.names()).to.deep.equal(before)
    const stored = await underTest.storage.write(randomUUID(), large(false), key, { signal })
    const read = await readAll(underTest.storage, stored, key)
    expect(read.length).to.equal(36 * megabyte.length)
    expect(read.subarray(-megabyte.length).equals(megabyte)).to.equal(true)
  })

  it('abandons the upload that a killed worker left of the same archive', async () => {
    const id = randomUUID()
    const Key = `ed-fi/${id}.archive`
    await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
    await underTest.storage.remove(underTest.storage.locate(id))
    expect(await underTest.names()).to.not.include(Key)
  })

  it('says that the storage cannot be used when the bucket is missing, as something to repeat', async () => {
    const settings = { region: 'us-east-1', endpoint, credentials }
    const storage = openArchiveStorage({ kind: 's3', bucket: 'no-such-bucket', prefix: '', ...settings })
    async function* some(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(randomBytes(1000))
    }
    const error = await storage
      .write(randomUUID(), some(), randomBytes(32), { signal })
      .catch((thrown: unknown) => thrown)
    storage.close()
    expect(error).to.include({ code: 'storage_unavailable', retryable: true })
  })
})

async function freePort(): Promise<number> {
  const door = createServer().listen(0, '127.0.0.1')
  await once(door, 'listening')
  const { port } = door.address() as AddressInfo
  door.close()
  await once(door, 'close')
  return port
}

async function until(act: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 50_000; ; await new Promise((resolve) => setTimeout(resolve, 200)))
    try {
      await act()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
}
