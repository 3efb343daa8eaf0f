import { execFile, spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { statSync, truncateSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { copiedBinaries } from '../../../scripts/services/postgres-binaries.js'
import { isRoot, serviceAccount } from '../../../scripts/services/service-account.js'
import { giveTo } from '../../../scripts/services/service-folder.js'
import { killProgram, layDownCheckout, leftAfter, removeCheckout, runProgram } from './checkout.js'
import type { Checkout, RunningProgram, Started } from './checkout.js'

const linkIn = ({ native }: Checkout) => path.join(native, 'lib', 'libpq.so.5')

/** `nobody` from the list of accounts, for a test that runs as root and wants an ordinary user. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  const row = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+)/m)
  return row ? { uid: Number(row[1]), gid: Number(row[2]) } : undefined
}

function whyNoOtherUser(): string | undefined {
  if (!isRoot()) return 'only root can run things as another user'
  if (!ordinaryUser()) return 'there is no account nobody'
  if (spawnSync('setpriv', ['--version']).status !== 0) return 'there is no setpriv'
  if ((statSync(process.execPath).mode & 0o005) !== 0o005) return 'node is not for everybody'
  return undefined
}

describe('local services and accounts', function () {
  // Starts and copies take seconds on a busy machine.
  this.timeout(90_000)
  let checkout: Checkout | undefined
  let program: RunningProgram | undefined

  async function startIn(place: Checkout, user?: { uid: number; gid: number }): Promise<Started> {
    program = runProgram(place, user)
    const started = (await program.next()) as Started
    expect(started.pid).to.be.greaterThan(0)
    return started
  }

  async function stopProgram(started: Started): Promise<void> {
    if (program) await killProgram(program)
    expect(await leftAfter([started.pid, started.redisPid], [started.dataDirectory])).to.deep.equal([])
  }

  afterEach(async () => {
    if (program) await killProgram(program)
    if (checkout) removeCheckout(checkout)
    program = checkout = undefined
  })

  it('start in a checkout with a space in its path that others cannot read, before any install script has run', async () => {
    checkout = await layDownCheckout()
    expect(statSync(checkout.folder).mode & 0o777).to.equal(0o700)
    expect(existsSync(linkIn(checkout))).to.equal(false)
    const started = await startIn(checkout)
    if (isRoot()) {
      const account = serviceAccount()
      const owners = [statSync(`/proc/${started.pid}`).uid, statSync(started.dataDirectory).uid]
      expect(owners).to.deep.equal([account?.uid, account?.uid])
    }
    await stopProgram(started)
  })

  it('start for an ordinary user, who makes the links where npm has put the libraries', async function () {
    const reason = whyNoOtherUser()
    if (reason !== undefined) {
      console.warn(`Skipped, ${reason}: ${this.test?.fullTitle() ?? ''}`)
      this.skip()
    }
    const user = ordinaryUser()!
    checkout = await layDownCheckout(user)
    const started = await startIn(checkout, user)
    expect(lstatSync(linkIn(checkout)).isSymbolicLink()).to.equal(true)
    expect(statSync(`/proc/${started.pid}`).uid).to.equal(user.uid)
    await stopProgram(started)
  })

  it('start for an ordinary user from a node_modules that is not theirs to change', async function () {
    const reason = whyNoOtherUser()
    if (reason !== undefined) {
      console.warn(`Skipped, ${reason}: ${this.test?.fullTitle() ?? ''}`)
      this.skip()
    }
    checkout = await layDownCheckout()
    chmodSync(checkout.folder, 0o755)
    const started = await startIn(checkout, ordinaryUser())
    expect(existsSync(linkIn(checkout))).to.equal(false)
    await stopProgram(started)
  })
})

describe('copiedBinaries', function () {
  // Starts and copies take seconds on a busy machine.
  this.timeout(90_000)
  let cache: string
  // One cache for all: a cold copy is 45 MB to write.
  before(function () {
    cache = mkdtempSync(path.join(os.tmpdir(), 'services-test-'))
    if (process.platform === 'win32') this.skip()
  })
  after(() => rmSync(cache, { recursive: true }))

  it('can be read and run by every account, whatever the umask', () => {
    const umask = process.umask(0o077)
    try {
      const { postgres, initdb } = copiedBinaries(cache)
      for (const file of [postgres, initdb]) expect(lstatSync(file).mode & 0o777).to.equal(0o755)
      const readable = path.resolve(postgres, '../../lib/libpq.so.5')
      accessSync(readable, constants.R_OK)
      for (let folder = path.dirname(readable); folder.startsWith(cache); folder = path.dirname(folder))
        expect(lstatSync(folder).mode & 0o777, folder).to.equal(0o755)
    } finally {
      process.umask(umask)
    }
    expect(spawnSync(copiedBinaries(cache).postgres, ['--version']).stdout.toString()).to.contain('PostgreSQL')
  })

  it('is made once, and made again when a cleaner has removed or cut a file', () => {
    const { postgres } = copiedBinaries(cache)
    const { ino } = statSync(postgres)
    expect(statSync(copiedBinaries(cache).postgres).ino).to.equal(ino)
    const library = path.resolve(postgres, '../../lib/libicudata.so.60.2')
    const { size } = statSync(library)
    truncateSync(library, 100)
    copiedBinaries(cache)
    expect(statSync(library).size).to.equal(size)
    rmSync(path.resolve(postgres, '../../lib/libpq.so.5'))
    copiedBinaries(cache)
    expect(spawnSync(postgres, ['--version']).status).to.equal(0)
  })

  it('is made by several processes at once without any of them seeing half of it', async () => {
    const module = new URL('../../../scripts/services/postgres-binaries.ts', import.meta.url).href
    const script = `import { execFileSync } from 'node:child_process'
      import { copiedBinaries } from ${JSON.stringify(module)}
      process.stdout.write(execFileSync(copiedBinaries(process.argv[1]).postgres, ['--version']))`
    const raced = path.join(cache, 'raced')
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script, raced]
    const runs = await Promise.all([1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, args)))
    for (const { stdout } of runs) expect(stdout).to.contain('PostgreSQL')
    expect(readdirSync(raced)).to.have.length(1)
  })

  it('refuses a copy that another user could have changed or planted', function () {
    const { postgres } = copiedBinaries(cache)
    chmodSync(postgres, 0o777)
    expect(() => copiedBinaries(cache)).to.throw('could have been changed by another user')
    chmodSync(postgres, 0o755)
    chmodSync(cache, 0o777)
    expect(() => copiedBinaries(cache)).to.throw('could have been made by another user')
    chmodSync(cache, 0o755)
    if (!isRoot()) return
    giveTo(serviceAccount(), path.resolve(postgres, '../../..'))
    expect(() => copiedBinaries(cache)).to.throw('could have been made by another user')
  })
})
