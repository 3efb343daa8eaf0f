import { may, read } from '../api.js'
import { action } from '../actions.js'
import { badge, facts, filter, h, pageLink, progressBar, table } from '../dom.js'
import { hasEnded, remaining, time } from '../words.js'
import { doneOf } from './batches.js'

const statuses = ['', 'failed', 'running', 'queued', 'succeeded', 'cancelled']
const counted = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'unchanged']
const pausedWords = {
  request: 'It was paused on request.',
  failures: 'It paused itself: as many items have failed as were to stop it.',
  canary: 'It paused itself: one of its first items has failed.',
}

/** One batch, with its items. */
export const batch = {
  title: ({ batch: { number } }) => `Batch ${number}`,
  async load([id], query) {
    const path = `/v1/batches/${encodeURIComponent(id)}`
    const [found, items] = await Promise.all([
      read(path),
      read(`${path}/items`, { status: query.status, cursor: query.cursor, limit: 100 }),
    ])
    return { batch: found, items }
  },
  hasEnded: (data) => hasEnded(data.batch),
  show: ({ batch: each, items }, { query, setQuery, refresh }) => [
    h('h1', {}, `Batch ${each.number} `, badge(each.status)),
    progressBar(doneOf(each), 'Progress'),
    each.pausedBy && h('p', { class: 'box' }, pausedWords[each.pausedBy]),
    may('jobs:manage') && h('div', { class: 'actions' }, ...actionsOf(each, refresh)),
    facts([
      ...counted.map((name) => [name, String(each.counts[name])]),
      ['items', String(each.total)],
      ['left', remaining(each)],
      ['operation', each.operation],
      ['asked for by', each.onBehalfOf ? `${each.requestedBy} for ${each.onBehalfOf}` : each.requestedBy],
      ['asked for', time(each.createdAt)],
      ['ended', time(each.finishedAt)],
      ['undoes', each.undoes && pageLink(['batches', each.undoes], 'a batch')],
      ['follows', each.follows && pageLink(['batches', each.follows], 'a batch')],
      ['id', h('code', {}, each.id)],
    ]),
    h('h2', {}, 'Items'),
    h(
      'div',
      { class: 'filters' },
      filter('status', 'Status', statuses, query.status ?? '', (status) => setQuery({ status })),
    ),
    table(
      'Items, in their order',
      ['Item', 'Reference', 'Tenant', 'Instance', 'Status', 'Failure', 'Job'],
      items.items.map((item) => [
        String(item.position + 1),
        item.ref ?? '',
        item.tenant,
        item.name ?? '',
        badge(item.outcome === 'unchanged' ? 'unchanged' : (item.status ?? 'queued')),
        item.error ? `${item.error.code}: ${item.error.detail ?? item.error.title}` : '',
        item.jobId ? pageLink(['jobs', item.jobId], 'Job', { 'aria-label': `Job of item ${item.position + 1}` }) : '',
      ]),
      'There are no such items.',
    ),
    items.nextCursor &&
      h('button', { class: 'plain', onclick: () => setQuery({ ...query, cursor: items.nextCursor }) }, 'Next items'),
  ],
}

function* actionsOf({ id, number, status, counts }, after) {
  const path = `/v1/batches/${encodeURIComponent(id)}`
  if (status === 'running')
    yield action({ label: 'Pause', path: `${path}/pause`, done: 'No further items are begun.', after })
  if (status === 'paused') yield action({ label: 'Resume', path: `${path}/resume`, done: 'The batch goes on.', after })
  if (status === 'running' || status === 'paused')
    yield action({
      label: 'Cancel batch',
      stops: true,
      path: `${path}/cancel`,
      question: `Cancel batch ${number}? ${counts.queued} items are not begun, and will not be; those at work are stopped and undone where that is still possible.`,
      done: 'The batch is being cancelled.',
      after,
    })
  if (counts.failed > 0)
    yield action({
      label: 'Retry failed',
      path: `${path}/retry-failed`,
      question: `Try the ${counts.failed} failed items of batch ${number} again?`,
      done: retried,
      after,
    })
}

/** What became of trying again: not every job can be, and the first reasons say why. */
function retried({ retried: count, refused }) {
  if (refused.length === 0) return { text: `${count} items are tried again.` }
  const why = [...new Set(refused.map(({ code, detail }) => `${code}: ${detail}`))].slice(0, 3).join(' ')
  return { text: `${count} items are tried again, ${refused.length} cannot be. ${why}`, kind: 'error' }
}
