#!/usr/bin/env node
import os from 'node:os'
import { exitCodes } from './exit-codes.js'
import { run } from './run.js'
import { Interruption } from './surroundings.js'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // Whoever presses it again does not want to wait for anything.
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted)
    interrupted.abort(new Interruption(signal))
  })

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  platform: process.platform,
  home: os.homedir(),
  signal: interrupted.signal,
})
// A connection kept open for the next request would hold the process for some seconds.
process.exit()
