import { may, read, readAll } from '../api.js'
import { action } from '../actions.js'
import { badge, facts, h, pageLink, progressBar, table } from '../dom.js'
import { spanOf, stepBar } from '../timeline.js'
import { duration, hasEnded, time, tookMs } from '../words.js'

/** One job: how far it is, what each step did, and what went wrong. */
export const job = {
  title: ({ job: { number } }) => `Job ${number}`,
  async load([id]) {
    const path = `/v1/jobs/${encodeURIComponent(id)}`
    const [found, events] = await Promise.all([read(path), readAll(`${path}/events`)])
    return { job: found, events }
  },
  hasEnded: (data) => hasEnded(data.job),
  show: ({ job: each, events }, { refresh }) => [
    h('h1', {}, `Job ${each.number} `, badge(each.status)),
    h('p', { class: 'soft' }, each.type),
    progressBar(each.progress, 'Progress'),
    !hasEnded(each) && each.waitingFor && h('p', { class: 'box' }, `It waits for: ${each.waitingFor}`),
    each.error && failure(each),
    may('jobs:manage') && h('div', { class: 'actions' }, ...actionsOf(each, refresh)),
    h('h2', {}, 'Steps'),
    h('ol', { class: 'steps' }, ...each.steps.map((step) => stepLine(step, spanOf(each)))),
    eventList(events),
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

/** One step, with a bar that says when in the job's time it was at work. */
const stepLine = (step, span) =>
  h(
    'li',
    { 'data-status': step.status },
    h(
      'div',
      { class: 'line' },
      h('strong', {}, step.name),
      badge(step.status),
      h('span', { class: 'soft' }, duration(step.durationMs ?? tookMs(step)) ?? ''),
      step.attempts > 1 && h('span', { class: 'soft' }, `${step.attempts} tries`),
    ),
    stepBar(step, span),
    step.detail && h('p', { class: 'soft' }, step.detail),
    step.error && h('p', { class: 'error' }, `${step.error.code}: ${step.error.detail ?? step.error.title}`),
  )

/** All that happened, also in earlier tries of the job; folded up until somebody wants it. */
const eventList = (events) =>
  h(
    'details',
    { 'data-keep': 'events' },
    h('summary', { 'data-keep': 'events-summary' }, `Events (${events.length})`),
    table(
      'Events, in the order in which they happened',
      ['When', 'Event', 'About'],
      events.map(({ at, type, data }) => [time(at), type, detailsOf(data)]),
      'Nothing has happened yet.',
    ),
  )

const detailsOf = (data) =>
  Object.entries(data)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => (name === 'step' ? value : `${name}: ${value}`))
    .join(', ')

function* actionsOf({ id, number, status }, after) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`
  if (status === 'queued' || status === 'running')
    yield action({
      label: 'Cancel job',
      stops: true,
      path: `${path}/cancel`,
      question: `Cancel job ${number}? What it has done so far is undone.`,
      done: 'The job is being cancelled.',
      after,
    })
  if (status === 'failed' || status === 'cancelled')
    yield action({ label: 'Retry', path: `${path}/retry`, done: 'The job is tried again.', after })
}
