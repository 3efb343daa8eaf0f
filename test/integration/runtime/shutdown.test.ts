import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'

const tsx = createRequire(import.meta.url).resolve('tsx')
const file = fileURLToPath(new URL('stopping-process.ts', import.meta.url))

/** Starts the process, does something to it once it is ready, and tells how it ended. */
async function end(how: (child: ChildProcess) => unknown, takesMs = 0, limitMs = 2000) {
  const child = fork(file, [String(takesMs), String(limitMs)], {
    execArgv: ['--import', tsx],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  let said = ''
  const ready = new Promise<void>((resolve) =>
    child.stdout!.on('data', (chunk: Buffer) => {
      said += String(chunk)
      if (said.includes('ready')) resolve()
    }),
  )
  // 'close' does not come once the channel has been closed from this side.
  const exited = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')])
  try {
    await ready
    const start = performance.now()
    await how(child)
    const [[code]] = (await exited) as [[number | null], unknown]
    return { code, released: said.trim().split('\n').slice(1), afterMs: performance.now() - start }
  } finally {
    child.kill('SIGKILL')
  }
}

describe('Stopping a process', function () {
  this.timeout(20_000)
  if (process.platform === 'win32') return

  it('releases what it holds in reverse order and ends with 0 on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { code, released } = await end((child) => child.kill(signal))
      expect(released).to.deep.equal(['last', 'broken', 'first'])
      expect(code).to.equal(0)
    }
  })

  it('does the same when the parent process is gone, so that nobody is left running', async () => {
    const { code, released } = await end((child) => child.disconnect())
    expect(released).to.deep.equal(['last', 'broken', 'first'])
    expect(code).to.equal(0)
  })

  it('releases the rest when one thing fails, and says so with exit code 1', async () => {
    const { code, released } = await end((child) => child.kill('SIGTERM'), 50)
    expect(released).to.deep.equal(['last', 'broken', 'first'])
    expect(code).to.equal(1)
  })

  it('gives up after its time limit with exit code 1', async () => {
    const { code, released, afterMs } = await end((child) => child.kill('SIGTERM'), 15_000, 300)
    expect(released).to.be.empty
    expect(code).to.equal(1)
    expect(afterMs).to.be.within(250, 3000)
  })

  it('ends at once on a second signal', async () => {
    const { code, released, afterMs } = await end(
      async (child) => {
        child.kill('SIGTERM')
        await pause(200)
        child.kill('SIGINT')
      },
      15_000,
      15_000,
    )
    expect(released).to.be.empty
    expect(code).to.equal(130)
    expect(afterMs).to.be.below(3000)
  })
})
