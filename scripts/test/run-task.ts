import path from 'node:path'
import { runProgram, type ProgramEnd } from './run-program.js'
import type { Tally } from './tally.js'
import type { Check, Suite, Task } from './tasks.js'

/** What tasks have in common. */
export interface TaskSettings {
  root: string
  env: NodeJS.ProcessEnv
  tally: Tally
  print: (text: string) => void
}

type Event =
  | { type: 'pass' | 'pending' | 'suite'; title: string }
  | { type: 'fail'; title: string; error: string }
  | { type: 'end' }

const keptLines = 200
const tail = (text: string): string => text.trimEnd().split('\n').slice(-keptLines).join('\n')
const seconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`

const endText = ({ endedBecause, exitCode, signal }: ProgramEnd): string =>
  endedBecause ?? `It ended early (${signal ?? `exit code ${exitCode ?? 'unknown'}`}).`

async function runCheck({ name, command: [program, ...args] }: Check, settings: TaskSettings): Promise<void> {
  const { root, env, tally, print } = settings
  const startedAt = performance.now()
  const end = await runProgram({ args: [path.join(root, 'node_modules', program), ...args], cwd: root, env })
  const isPassed = end.exitCode === 0
  if (isPassed) tally.passed++
  else tally.failures.push({ title: name, details: tail(end.output) || endText(end) })
  print(`${isPassed ? '✓' : '✗'} ${name} (${seconds(startedAt)})`)
}

async function runSuite({ name, files }: Suite, settings: TaskSettings): Promise<void> {
  const { root, env, tally, print } = settings
  let startedAt = performance.now()
  let counts = { pass: 0, fail: 0, pending: 0 }
  const whole = { hasEnded: false, failures: [] as Tally['failures'] }

  function hear(event: Event): void {
    switch (event.type) {
      case 'pass':
        tally.passed++
        counts.pass++
        break
      case 'pending':
        tally.skipped.push(event.title)
        counts.pending++
        break
      case 'fail':
        whole.failures.push({ title: event.title, details: event.error })
        counts.fail++
        print(`  ✗ ${event.title}`)
        break
      case 'suite': {
        const { pass, fail, pending } = counts
        const others = [fail > 0 ? `, ${fail} failed` : '', pending > 0 ? `, ${pending} skipped` : ''].join('')
        print(`${fail > 0 ? '✗' : '✓'} ${name}: ${event.title}: ${pass} passed${others} (${seconds(startedAt)})`)
        counts = { pass: 0, fail: 0, pending: 0 }
        startedAt = performance.now()
        break
      }
      case 'end':
        whole.hasEnded = true
    }
  }

  const reporter = path.join(root, 'scripts', 'test', 'reporter.cjs')
  const end = await runProgram({
    args: [path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--reporter', reporter, ...files],
    cwd: root,
    env,
    onLine: (line, program) => {
      const event = JSON.parse(line) as Event
      hear(event)
      if (event.type === 'end') program.endSoon()
    },
  })
  for (const line of end.output.split('\n')) if (line.startsWith('Skipped')) tally.reasons.add(line)
  const last = whole.failures.at(-1)
  if (last && end.output.trim() !== '') last.details += `\n\nwhat ${name} printed:\n${tail(end.output)}`
  tally.failures.push(...whole.failures)
  const hasFailedItself = !whole.hasEnded || end.endedBecause !== undefined || (end.exitCode !== 0 && !last)
  if (!hasFailedItself) return
  tally.failures.push({ title: `${name} as a whole`, details: `${endText(end)}\n${tail(end.output)}` })
  print(`✗ ${name}: ${endText(end)}`)
}

/** Runs one task and adds what came of it to the tally. */
export const runTask = (task: Task, settings: TaskSettings): Promise<void> =>
  task.kind === 'check' ? runCheck(task, settings) : runSuite(task, settings)
