import { readdirSync } from 'node:fs'
import path from 'node:path'

/** A program of node_modules that counts as one test: it passes when it exits with 0. */
export interface Check {
  kind: 'check'
  name: string
  /** Below node_modules, and its arguments. */
  command: [string, ...string[]]
}

/** Test files that one mocha process runs. */
export interface Suite {
  kind: 'suite'
  name: string
  files: string[]
  /** Whether PostgreSQL and Redis are started for it beforehand; otherwise it starts its own if it needs them. */
  needsServices: boolean
}

export type Task = Check | Suite

/** What to run: everything but the long tests, unless told otherwise. */
export interface Selection {
  /** The long tests (`*.full.test.ts`), lint and format too. */
  full: boolean
  /** Parts of paths; with any, only test files that contain one of them. */
  only: string[]
}

const typeCheck: Check = { kind: 'check', name: 'type-check', command: ['typescript/bin/tsc', '--noEmit'] }

/** What says nothing about whether it works, and takes two minutes of a processor in a fresh clone. */
const styleChecks: Check[] = [
  {
    kind: 'check',
    name: 'lint',
    command: ['eslint/bin/eslint.js', '.', '--cache', '--cache-location', 'node_modules/.cache/eslint/'],
  },
  {
    kind: 'check',
    name: 'format',
    command: ['prettier/bin/prettier.cjs', '--check', '.', '--cache'],
  },
]

/** All tests of one layer, a mocha process per subject where they are slow, so that subjects run side by side. */
function suitesOf(root: string, layer: string, { full, only }: Selection): Suite[] {
  const folder = path.join(root, 'test', layer)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && (full || !file.endsWith('.full.test.ts')))
    .map((file) => path.join('test', layer, file))
    .filter((file) => only.length === 0 || only.some((text) => file.split(path.sep).join('/').includes(text)))
    .sort()
  const bySubject = new Map<string, string[]>()
  for (const file of files) {
    const subject = layer === 'unit' ? layer : path.join(layer, file.split(path.sep)[2] ?? '').replace('.test.ts', '')
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), file])
  }
  return [...bySubject].map(([name, members]) => ({
    kind: 'suite',
    name: name.split(path.sep).join('/'),
    files: members,
    needsServices: layer === 'integration' || layer === 'conformance',
  }))
}

/**
 * Everything to do, in the order in which it is begun: what keeps a processor busy goes first, so that tests which measure
 * time come when that is over.
 */
export function listTasks(root: string, selection: Selection): Task[] {
  return [
    ...(selection.full && selection.only.length === 0 ? styleChecks : []),
    ...(selection.only.length === 0 ? [typeCheck] : []),
    ...['unit', 'integration', 'conformance', 'e2e'].flatMap((layer) => suitesOf(root, layer, selection)),
  ]
}
