import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { callHttpHook } from '../../../packages/hooks/src/http-hook.js'
import { freePort } from '../../../scripts/services/free-port.js'

const repository = path.resolve(import.meta.dirname, '../../..')
const manual = readFileSync(path.join(repository, 'docs', 'hooks.md'), 'utf8')

/** The receiver that the manual shows in a language. */
const shownIn = (language: string): string => {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(manual)?.[1]
  if (found === undefined) throw new Error(`The manual has no receiver in ${language}.`)
  return found
}

for (const { language, program, file } of [
  { language: 'js', program: process.execPath, file: 'receiver.mjs' },
  { language: 'python', program: 'python3', file: 'receiver.py' },
])
  describe(`the receiver of hooks that the manual shows in ${language}`, function () {
    this.timeout(30_000)
    // Below the repository, where Node finds the packages.
    const folder = path.join(repository, 'node_modules', '.cache', `hook-receiver-${process.pid}-${language}`)
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    let receiver: ChildProcess | undefined
    let url: string

    before(async function () {
      if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error) {
        console.warn(`Skipped, no ${program} on PATH: ${this.test?.parent?.fullTitle() ?? language}`)
        return this.skip()
      }
      mkdirSync(folder, { recursive: true })
      writeFileSync(path.join(folder, file), shownIn(language))
      const port = await freePort()
      url = `http://127.0.0.1:${port}/hooks/ods`
      const env = { ...process.env, HOOK_SECRET: secret, PORT: String(port) }
      receiver = spawn(program, [path.join(folder, file)], { env, stdio: 'ignore' })
      while (!(await fetch(url).catch(() => null))) {
        expect(receiver.exitCode, 'it ends').to.equal(null)
        await pause(50)
      }
    })
    after(async () => {
      if (receiver) {
        const gone = once(receiver, 'exit')
        receiver.kill()
        await gone
      }
      rmSync(folder, { recursive: true, force: true })
    })

    const call = (id: string, name: string, signedWith = secret) => {
      const http = { url, timeoutMs: 5_000, pollForSeconds: 60, headerNames: [] }
      return callHttpHook(
        {
          id,
          event: 'afterRegister',
          action: 'run',
          timestamp: new Date().toISOString(),
          hook: { name: 'routing', events: ['afterRegister'], required: true, retryForSeconds: null, http },
          secrets: { secret: signedWith },
          data: { instance: { name } },
          instance: { id: 'one', number: 1, isStopped: false },
          values: {},
          connectionString: () => null,
          state: null,
          signal: new AbortController().signal,
        },
        http,
        () => true,
      )
    }

    it('takes a call, and serves a repeat of it once', async () => {
      const first = { done: true, detail: 'run instance.afterRegister for 255901-2027' }
      expect(await call('hook_1', '255901-2027')).to.deep.equal(first)
      expect(await call('hook_1', 'another')).to.deep.equal(first)
      expect(await call('hook_2', 'another')).to.have.property('detail', 'run instance.afterRegister for another')
    })

    it('takes none that is not ours', async () => {
      const foreign = `whsec_${randomBytes(32).toString('base64')}`
      const failure = await call('hook_3', 'foreign', foreign).catch((error: unknown) => error)
      expect(failure).to.have.property('code', 'hook_failed')
      const body = JSON.stringify({ id: 'hook_4', data: { instance: { name: 'unsigned' } } })
      expect((await fetch(url, { method: 'POST', body })).ok).to.equal(false)
    })
  })
