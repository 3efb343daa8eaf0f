import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from './repository.mjs'

const folder = path.join(repository, '.quickstart')
const file = path.join(folder, 'setup.lock')
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Takes the lock unless somebody has it. The file appears whole: it is written elsewhere and linked to its name. */
function take() {
  const own = `${file}.${process.pid}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

function isAbandoned() {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // A process id comes back some day: nobody installs for an hour.
    if (Date.now() - statSync(file).mtimeMs > 3_600_000) return true
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/** Runs `work` while no other process of this clone is in here, so that two of them don't install or build at once. */
export async function withSetupLock(work) {
  while (!take()) {
    if (isAbandoned()) rmSync(file, { force: true })
    else await pause(100)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
    try {
      rmdirSync(folder)
    } catch {
      // Something else is in it.
    }
  }
}
