import { read } from '../api.js'
import { badge, filter, h, pageLink, progressBar, table } from '../dom.js'
import { remaining, time } from '../words.js'

const statuses = ['', 'running', 'paused', 'succeeded', 'failed', 'cancelled']

/** How much of a batch is done with, in percent. */
export const doneOf = ({ total, counts }) =>
  total === 0
    ? 100
    : Math.floor((100 * (counts.succeeded + counts.failed + counts.cancelled + counts.unchanged)) / total)

/** All batches, newest first. */
export const batches = {
  title: () => 'Batches',
  load: (_parts, query) => read('/v1/batches', { status: query.status, cursor: query.cursor }),
  show: (page, { query, setQuery }) => [
    h('h1', {}, 'Batches'),
    h(
      'div',
      { class: 'filters' },
      filter('status', 'Status', statuses, query.status ?? '', (status) => setQuery({ status })),
    ),
    table(
      'Batches, newest first',
      ['Batch', 'Operation', 'Status', 'Progress', 'Failed', 'Items', 'Left', 'Tenants', 'Asked for by', 'Asked for'],
      page.items.map((batch) => [
        pageLink(['batches', batch.id], `#${batch.number}`),
        batch.operation,
        badge(batch.status),
        progressBar(doneOf(batch), `Progress of batch ${batch.number}`),
        String(batch.counts.failed),
        String(batch.total),
        remaining(batch) ?? '',
        tenantsOf(batch),
        batch.requestedBy,
        time(batch.createdAt),
      ]),
      'There are no such batches.',
    ),
    page.nextCursor &&
      h('button', { class: 'plain', onclick: () => setQuery({ ...query, cursor: page.nextCursor }) }, 'Older ones'),
  ],
}

const tenantsOf = ({ tenants }) => {
  if (tenants.length === 0) return 'all'
  return tenants.length > 3 ? `${tenants.slice(0, 3).join(', ')} and ${tenants.length - 3} more` : tenants.join(', ')
}
