import { once } from 'node:events'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { isRunning, killProgram, layDownCheckout, leftAfter, removeCheckout, runProgram } from './checkout.js'
import type { Checkout, RunningProgram, Started } from './checkout.js'

/** The fourth field of /proc/<pid>/stat; the second, a name in brackets, may hold spaces. */
const parentOf = (pid: number) =>
  Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[1],
  )

const foldersIn = ({ temporary }: Checkout) => readdirSync(temporary).map((name) => path.join(temporary, name))

const canSignalOrphans =
  process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0

describe('local services whose parent ends', function () {
  // Starts and copies take seconds on a busy machine.
  this.timeout(90_000)
  let checkout: Checkout
  let program: RunningProgram
  before(async () => {
    checkout = await layDownCheckout()
  })
  afterEach(() => killProgram(program))
  after(() => removeCheckout(checkout))

  it('leave no process and no folder behind after kill -9 of the parent', async () => {
    program = runProgram(checkout)
    const started = (await program.next()) as Started
    expect(isRunning(started.pid)).to.equal(true)
    await killProgram(program)
    expect(await leftAfter([started.pid, started.redisPid], foldersIn(checkout))).to.deep.equal([])
  })

  it('answer until the parent stops them in order, when Ctrl-C goes to the whole foreground process group', async function () {
    if (process.platform === 'win32') this.skip()
    program = runProgram(checkout)
    const started = (await program.next()) as Started
    process.kill(-(program.process.pid ?? 0), 'SIGINT')
    expect(await program.next()).to.deep.equal({ answered: true })
    await once(program.process, 'exit')
    expect(program.process.exitCode).to.equal(0)
    expect(await leftAfter([started.pid, started.redisPid], foldersIn(checkout))).to.deep.equal([])
  })

  it('end even when their keepers are killed with -9 together with the parent', async function () {
    if (!canSignalOrphans) {
      console.warn(`Skipped, no setpriv with --pdeathsig: ${this.test?.fullTitle() ?? ''}`)
      this.skip()
    }
    program = runProgram(checkout)
    const started = (await program.next()) as Started
    const pids = [started.pid, started.redisPid].filter((pid) => pid !== null)
    const keepers = pids.map(parentOf)
    for (const keeper of keepers) process.kill(keeper, 'SIGKILL')
    await killProgram(program)
    expect(await leftAfter([...pids, ...keepers], [])).to.deep.equal([])
  })

  it('leave nothing behind whenever during the start the parent is killed', async function () {
    // Nobody was there to delete the folders of the test before.
    for (const folder of foldersIn(checkout)) rmSync(folder, { recursive: true })
    for (const afterMs of [0, 40, 80, 160, 240, 320, 400]) {
      program = runProgram(checkout)
      while (foldersIn(checkout).length === 0) await pause(2)
      await pause(afterMs)
      await killProgram(program)
      expect(await leftAfter([], foldersIn(checkout)), `killed ${afterMs} ms after it made its folder`).to.deep.equal(
        [],
      )
    }
  })
})
