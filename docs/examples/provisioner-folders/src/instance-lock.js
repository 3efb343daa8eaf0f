import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertNotStopped, codeOf } from './errors.js'

const pollMs = 15

/**
 * Runs work that nobody else does meanwhile on this machine. The lock is a name that is listened on: the system lets one
 * process have it and takes it back when that process dies, however it dies; a lock file would stay. On Linux it is an
 * abstract socket, on Windows a named pipe; other systems have neither.
 * @template Value
 * @param {string} root
 * @param {string} what For example an instance's id.
 * @param {AbortSignal} signal
 * @param {() => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function withLock(root, what, signal, work) {
  for (;;) {
    assertNotStopped(signal)
    const release = await tryLock(root, what)
    if (release) {
      try {
        return await work()
      } finally {
        await release()
      }
    }
    await sleep(pollMs)
  }
}

/**
 * Takes the lock, or gives null when somebody has it.
 * @param {string} root
 * @param {string} what
 * @returns {Promise<(() => Promise<void>) | null>}
 */
export async function tryLock(root, what) {
  const key = createHash('sha256')
    .update(`${path.resolve(root)}\n${what}`)
    .digest('hex')
    .slice(0, 40)
  const server = createServer((socket) => socket.destroy())
  const name = process.platform === 'win32' ? `\\\\.\\pipe\\folders-${key}` : `\0folders-${key}`
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path: name, exclusive: true }, () => resolve(undefined))
    })
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return null
    throw error
  }
  return () => new Promise((resolve) => server.close(() => resolve()))
}
