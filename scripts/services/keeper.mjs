/**
 * Keeps one native process at a time (PostgreSQL's initdb and server, or Redis) for a parent that may die at any moment.
 * The parent holds this process's stdin: at its end, however the parent ended, the child is stopped in order, the folders
 * named by `make` and `remove` are deleted, and the keeper exits. Plain JavaScript without packages, so that it starts in 40 ms.
 *
 * Commands on stdin, one JSON object a line: `become` {uid, gid} · `make` {path} · `remove` {path} · `start` {command, args, cwd, env,
 * logFile, stopSteps} · `stop` {steps}. Answers on stdout: `made` · `started` {pid} · `failed` {message} · `exited` {code, signal}.
 * A step is {signal, waitMs} or {run: [command, ...args], waitMs}; steps are taken until the child has exited.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Not `node`, so that `killall -9 node` spares the one process that tidies up. */
process.title = 'edfi-keeper'

/** @type {{ process: import('node:child_process').ChildProcess, stopSteps: object[], exited: Promise<void> } | undefined} */
let child
let ending = false
/** Why nothing may be started: the account could not be taken on, and root is not to run a service. */
let refusal
const folders = []

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Linux only: lets the kernel signal the child when the keeper itself is killed with -9, where util-linux is installed. */
const diesWithKeeper =
  process.platform === 'linux' &&
  spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0

function become({ uid, gid }) {
  try {
    process.setgroups([gid])
    process.setgid(gid)
    process.setuid(uid)
  } catch (error) {
    refusal = `cannot run services as user ${uid}: ${error.message}`
  }
}

/** Made here, not by the parent: at no moment is there a folder that nobody removes, or that is not ours to remove. */
function make({ path }) {
  if (refusal) throw new Error(refusal)
  folders.push(path)
  mkdirSync(path, { mode: 0o700 })
  answer({ type: 'made' })
}

function start({ command, args, cwd, env, logFile, stopSteps }) {
  if (refusal) throw new Error(refusal)
  const firstSignal = stopSteps.find((step) => step.signal)?.signal ?? 'SIGTERM'
  const wrapped = diesWithKeeper
    ? ['setpriv', ['--pdeathsig', firstSignal.slice(3), '--', command, ...args]]
    : [command, args]
  const log = openSync(logFile, 'a', 0o600)
  // detached: a Ctrl-C in the terminal is the parent's to answer; it must not reach the child before it is told to stop.
  const spawned = spawn(...wrapped, { cwd, env, stdio: ['ignore', log, log], detached: true, windowsHide: true })
  closeSync(log)
  const exited = new Promise((resolve) => {
    spawned.once('spawn', () => answer({ type: 'started', pid: spawned.pid }))
    spawned.once('error', (error) => {
      if (spawned.pid === undefined) answer({ type: 'failed', message: error.message })
      resolve()
    })
    spawned.once('exit', (code, signal) => {
      answer({ type: 'exited', code, signal })
      resolve()
    })
  })
  const current = { process: spawned, stopSteps, exited }
  child = current
  void exited.then(() => {
    if (child === current) child = undefined
  })
}

async function stop(steps) {
  const current = child
  for (const step of steps ?? current?.stopSteps ?? []) {
    if (child !== current || current === undefined) return
    if (step.run) spawn(step.run[0], step.run.slice(1), { stdio: 'ignore', windowsHide: true }).on('error', () => {})
    else current.process.kill(step.signal)
    await Promise.race([current.exited, pause(step.waitMs)])
  }
}

async function end() {
  if (ending) return
  ending = true
  await stop()
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    } catch {
      // Another process holds a file in it (Windows); the system's clearing of the temporary folder takes it.
    }
  }
  process.exit(0)
}

function obey(command) {
  if (ending) return
  try {
    if (command.type === 'become') become(command)
    else if (command.type === 'make') make(command)
    else if (command.type === 'remove') folders.push(command.path)
    else if (command.type === 'start') start(command)
    else if (command.type === 'stop') void stop(command.steps)
  } catch (error) {
    answer({ type: 'failed', message: error.message })
  }
}

process.stdout.on('error', () => {})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end())
createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line)))
  .on('close', () => void end())
