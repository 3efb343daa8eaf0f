import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { listTasks, type Suite } from '../../../scripts/test/tasks.js'

const root = path.resolve(import.meta.dirname, '../../..')
const suitesOf = (selection: { full: boolean; only: string[] }): Suite[] =>
  listTasks(root, selection).filter((task) => task.kind === 'suite')
const filesOf = (suites: Suite[]): string[] => suites.flatMap((suite) => suite.files).sort()

describe('tasks of a test run', () => {
  it('are every test file there is when the long ones are wanted, each of them once', () => {
    const all = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => path.join('test', file))
      .sort()
    expect(filesOf(suitesOf({ full: true, only: [] }))).to.deep.equal(all)
  })

  it('leave out the long ones otherwise', () => {
    const files = filesOf(suitesOf({ full: false, only: [] }))
    expect(files).to.include(path.join('test', 'unit', 'scripts', 'tasks.test.ts'))
    expect(files.filter((file) => file.endsWith('.full.test.ts'))).to.deep.equal([])
  })

  it('are only the files that were named, without the checks of the whole repository', () => {
    const tasks = listTasks(root, { full: false, only: ['scripts/tasks'] })
    expect(tasks.map((task) => task.name)).to.deep.equal(['unit'])
    expect(filesOf(suitesOf({ full: false, only: ['scripts/tasks'] }))).to.deep.equal([
      path.join('test', 'unit', 'scripts', 'tasks.test.ts'),
    ])
  })
})
