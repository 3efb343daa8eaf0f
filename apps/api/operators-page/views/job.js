import { may, read } from '../api.js'
import { action } from '../actions.js'
import { badge, facts, h, pageLink, progressBar } from '../dom.js'
import { duration, hasEnded, time, tookMs } from '../words.js'

/** One job: how far it is, what each step did, and what went wrong. */
export const job = {
  title: ({ number }) => `Job ${number}`,
  load: ([id]) => read(`/v1/jobs/${encodeURIComponent(id)}`),
  hasEnded,
  show: (each, { refresh }) => [
    h('h1', {}, `Job ${each.number} `, badge(each.status)),
    h('p', { class: 'soft' }, each.type),
    progressBar(each.progress, 'Progress'),
    !hasEnded(each) && each.waitingFor && h('p', { class: 'box' }, `It waits for: ${each.waitingFor}`),
    each.error && failure(each),
    may('jobs:manage') && h('div', { class: 'actions' }, ...actionsOf(each, refresh)),
    h('h2', {}, 'Steps'),
    h('ol', { class: 'steps' }, ...each.steps.map((step) => stepLine(step, each))),
    h('h2', {}, 'About it'),
    facts([
      ['tenant', each.tenant],
      ['reference', each.ref],
      ['instance', each.instanceId && h('code', {}, each.instanceId)],
      ['batch', each.batchId && pageLink(['batches', each.batchId], 'its batch')],
      ['try', each.attempt > 1 ? String(each.attempt) : null],
      ['asked for by', each.onBehalfOf ? `${each.requestedBy} for ${each.onBehalfOf}` : each.requestedBy],
      ['asked for', time(each.createdAt)],
      ['begun', time(each.startedAt)],
      ['ended', time(each.finishedAt)],
      ['took', duration(tookMs(each))],
      ['id', h('code', {}, each.id)],
    ]),
  ],
}

const left = {
  none: 'Nothing had to be undone.',
  done: 'What had been done was undone.',
  partial: 'Not everything could be undone.',
}

function failure({ error, outcome }) {
  return h(
    'section',
    { class: 'box failure', 'aria-label': 'Failure' },
    h('h2', {}, error.title),
    h('p', {}, error.detail ?? ''),
    h('p', {}, h('a', { href: `/docs/errors/${encodeURIComponent(error.code)}` }, error.code)),
    outcome &&
      h(
        'ul',
        {},
        h('li', {}, outcome.repeatable ? 'It may be tried again.' : 'Trying it again as it is will not help.'),
        h('li', {}, outcome.instanceUsable ? 'The instance can be used.' : 'The instance cannot be used.'),
        h('li', {}, left[outcome.compensation] ?? outcome.compensation),
        ...outcome.leftovers.map((each) => h('li', {}, `Left behind: ${each}`)),
      ),
  )
}

/** One step with a bar that says which part of the job's time it took. */
function stepLine(step, whole) {
  const total = tookMs(whole) || 1
  const ms = step.durationMs ?? tookMs(step)
  const share = ms === null ? 0 : Math.max(1, Math.min(100, Math.round((100 * ms) / total)))
  return h(
    'li',
    { 'data-status': step.status },
    h(
      'div',
      { class: 'line' },
      h('strong', {}, step.name),
      badge(step.status),
      h('span', { class: 'soft' }, duration(ms) ?? ''),
    ),
    ms !== null &&
      h('meter', { min: '0', max: '100', value: String(share), 'aria-label': `Part of the time: ${share} %` }),
    step.attempts > 1 && h('p', { class: 'soft' }, `${step.attempts} tries`),
    step.detail && h('p', { class: 'soft' }, step.detail),
    step.error && h('p', { class: 'error' }, `${step.error.code}: ${step.error.detail ?? step.error.title}`),
  )
}

function* actionsOf({ id, number, status }, after) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`
  if (status === 'queued' || status === 'running')
    yield action({
      label: 'Cancel job',
      path: `${path}/cancel`,
      question: `Cancel job ${number}? What it has done so far is undone.`,
      done: 'The job is being cancelled.',
      after,
    })
  if (status === 'failed' || status === 'cancelled')
    yield action({ label: 'Retry', path: `${path}/retry`, done: 'The job is tried again.', after })
}
