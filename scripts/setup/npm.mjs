import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** npm's own program, to be run by Node without a shell: the one that has started us, or the one installed beside Node. */
function npmProgram() {
  const folder = path.dirname(process.execPath)
  const inModules = path.join('node_modules', 'npm', 'bin', 'npm-cli.js')
  const candidates = [path.join(folder, inModules), path.join(folder, '..', 'lib', inModules)]
  // Other package managers name themselves here too, and they cannot read package-lock.json.
  const caller = process.env.npm_execpath
  if (caller && /^npm(-cli)?\.[cm]?js$/.test(path.basename(caller))) candidates.unshift(caller)
  return candidates.find((file) => existsSync(file))
}

/** Runs npm in the repository, its output on stderr. Resolves with whether it ended well. */
export function npm(args, { cwd }) {
  const program = npmProgram()
  const options = { cwd, stdio: ['ignore', 2, 2], windowsHide: true }
  const child = program
    ? spawn(process.execPath, [program, ...args], options)
    : spawn('npm', args, { ...options, shell: process.platform === 'win32' })
  // Nobody else tells npm when only this process is asked to end.
  const end = (signal) => {
    child.kill(signal)
    child.once('exit', () => process.exit(1))
  }
  for (const signal of endSignals) process.on(signal, end)
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`npm could not be started: ${error.message}\n`)
      resolve(false)
    })
    child.once('exit', (code) => resolve(code === 0))
  }).finally(() => {
    for (const signal of endSignals) process.removeListener(signal, end)
  })
}
