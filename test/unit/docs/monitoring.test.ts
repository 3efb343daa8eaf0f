import { readFileSync } from 'node:fs'
import { healthStatuses, jobStatuses } from '@edfi-tenants/core'
import { createApiMetrics, createWorkerMetrics } from '@edfi-tenants/runtime'
import { expect } from 'chai'
import { parse } from 'yaml'

interface Rule {
  alert: string
  expr: string
  annotations: { summary: string }
}
interface Panel {
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets: { expr: string; legendFormat: string }[]
}

const file = (name: string) => readFileSync(new URL(`../../../docs/monitoring/${name}`, import.meta.url), 'utf8')
const { groups } = parse(file('alerts.yaml')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(file('grafana-dashboard.json')) as { panels: Panel[] }
const targets = panels.flatMap(({ title, targets: each }) => each.map((target) => ({ title, ...target })))

const words = (text: string): string[] => [...text.matchAll(/[A-Za-z_]\w*/g)].map(([word]) => word)
const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:by|on|without)\s*\(([^)]*)\)/g)].flatMap(([, inner = '']) => words(inner))

/** What Prometheus itself adds to everything it scrapes. */
const added = ['job', 'instance', 'le']

describe('the files for monitoring', () => {
  /** Every metric that there is, with the labels of its samples. */
  let metrics: Map<string, Set<string>>

  before(async () => {
    const api = createApiMetrics(() =>
      Promise.resolve([
        { name: 'edfi_tenants_instances', labels: { status: 'active' }, value: 1 },
        { name: 'edfi_tenants_instances_by_health', labels: { health: 'healthy' }, value: 1 },
        { name: 'edfi_tenants_jobs_unfinished', labels: { type: 'instance.create', status: 'queued' }, value: 1 },
        { name: 'edfi_tenants_oldest_waiting_job_age_seconds', labels: {}, value: 1 },
        { name: 'edfi_tenants_server_slots', labels: { server: 'one' }, value: 1 },
        { name: 'edfi_tenants_server_slots_in_use', labels: { server: 'one' }, value: 1 },
      ]),
    )
    api.observeRequest({ method: 'GET', route: '/v1/jobs', status: 200, seconds: 0.1 })
    const worker = createWorkerMetrics(8)
    worker.jobs.jobTaken({ type: 'instance.create', rungForSeconds: 0.1, waitedSeconds: 0.2 })
    worker.jobs.jobEnded({ type: 'instance.create', status: 'succeeded', seconds: 1 })
    worker.jobs.stepTried({ step: 'register', direction: 'forward', outcome: 'succeeded', seconds: 1 })
    worker.observeAdminApi({ method: 'GET', path: '/v2/odsInstances', status: 200, durationMs: 1 })
    metrics = new Map([['up', new Set()]])
    for (const { content } of [await api.read(), await worker.read()])
      for (const [, name = '', labels = ''] of content.matchAll(/^(edfi_tenants_\w+)(?:\{(.*)\})? /gm)) {
        const known = metrics.get(name) ?? new Set()
        for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
        metrics.set(name, known)
      }
  })

  /** Names of metrics and labels in an expression that there are not. */
  function unknownIn(expression: string): string[] {
    const bare = expression.replaceAll(/"[^"]*"/g, '""')
    const names = [...bare.matchAll(/\b(edfi_tenants_\w+|up)\b/g)].map(([name]) => name)
    if (names.length === 0) return ['no metric at all']
    const lacks = (name: string, label: string) => !added.includes(label) && !metrics.get(name)?.has(label)
    // What stands in braces is of the one metric before them; what is grouped by, every metric must have.
    const matched = [...bare.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inner = '']) =>
      words(inner).filter((label) => lacks(name, label)),
    )
    const grouped = groupedBy(bare).filter((label) => names.some((name) => lacks(name, label)))
    return [...names.filter((name) => !metrics.has(name)), ...matched, ...grouped]
  }

  it('name metrics and labels that API and workers have', () => {
    for (const { alert, expr } of rules) expect([alert, unknownIn(expr)]).to.deep.equal([alert, []])
    for (const { title, expr } of targets) expect([title, unknownIn(expr)]).to.deep.equal([title, []])
    expect(unknownIn('sum by (tenant) (edfi_tenants_instances{colour="red"})')).to.have.members(['tenant', 'colour'])
    expect(unknownIn('edfi_tenants_made_up > 1')).to.deep.equal(['edfi_tenants_made_up'])
  })

  it('take a label only of the metric that has it, not of another one in the expression', () => {
    const other = 'edfi_tenants_job_repairs_total / edfi_tenants_job_wait_seconds_count{kind="ring_lost"}'
    expect(unknownIn(other)).to.deep.equal(['kind'])
  })

  it('write of no label that their expression does not keep', () => {
    const texts = [
      ...rules.map(({ expr, annotations }) => [expr, annotations.summary.replaceAll('$labels.', '')] as const),
      ...targets.map(({ expr, legendFormat }) => [expr, legendFormat] as const),
    ]
    expect(texts.filter(([, text]) => text.includes('{{')).length).to.be.greaterThan(10)
    for (const [expr, text] of texts) {
      // Where nothing is summed up, what Prometheus adds is kept.
      const kept = /\b(sum|max)\b/.test(expr) ? groupedBy(expr).filter((label) => label !== 'le') : added
      const used = [...text.matchAll(/\{\{\s*([a-z_]\w*)\s*\}\}/g)].map(([, label = '']) => label)
      for (const label of used) expect(kept, `${text}: ${expr}`).to.include(label)
    }
  })

  it('ask for states that there are', () => {
    const answers = ['2xx', '3xx', '4xx', '5xx', 'none']
    const states: Record<string, readonly string[]> = { health: healthStatuses, status: [...jobStatuses, ...answers] }
    const asked = [...rules, ...targets].flatMap(({ expr }) => [...expr.matchAll(/\b(health|status)=~?"([^"]*)"/g)])
    expect(asked.length).to.be.greaterThan(2)
    for (const [, label = '', values = ''] of asked)
      for (const value of values.split('|')) expect(states[label], `${label} ${value}`).to.include(value)
  })

  it('show each metric of ours somewhere', () => {
    const shown = [...rules, ...targets].map(({ expr }) => expr).join('\n')
    const ours = [...metrics.keys()]
      .filter((name) => /^edfi_tenants_(?!process_|nodejs_)/.test(name))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''))
    for (const name of new Set(ours)) expect(shown, name).to.contain(name)
  })

  it('say in each alert what is the matter, and keep the panels apart', () => {
    for (const { alert, annotations } of rules) expect(annotations.summary.length, alert).to.be.greaterThan(10)
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length)
    const readme = file('README.md')
    for (const { alert } of rules) expect(readme).to.contain(alert)
    const cells = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)
    expect(new Set(cells).size).to.equal(panels.length)
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).to.be.at.most(24)
  })
})
