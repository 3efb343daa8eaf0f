import { read } from '../api.js'
import { badge, filter, h, pageLink, progressBar, table } from '../dom.js'
import { duration, time, tookMs } from '../words.js'

const statuses = ['', 'queued', 'running', 'succeeded', 'failed', 'cancelled']

/** All jobs, newest first. */
export const jobs = {
  title: () => 'Jobs',
  load: (_parts, { status, type, tenant, cursor }) => read('/v1/jobs', { status, type, tenant, cursor }),
  show: (page, { query, setQuery }) => [
    h('h1', {}, 'Jobs'),
    h(
      'form',
      {
        class: 'filters',
        onsubmit: (event) => {
          event.preventDefault()
          setQuery(Object.fromEntries(new FormData(event.target)))
        },
      },
      filter('status', 'Status', statuses, query.status ?? '', (status) => setQuery({ ...query, status, cursor: '' })),
      textField('type', 'Type', 'instance.create', query.type),
      textField('tenant', 'Tenant', '', query.tenant),
      h('button', { class: 'plain' }, 'Look'),
    ),
    table(
      'Jobs, newest first',
      ['Job', 'Type', 'Status', 'Progress', 'Tenant', 'Reference', 'Waits for', 'Took', 'Asked for'],
      page.items.map((job) => [
        pageLink(['jobs', job.id], `#${job.number}`),
        job.type,
        badge(job.status),
        progressBar(job.progress, `Progress of job ${job.number}`),
        job.tenant ?? '',
        job.ref ?? '',
        job.status === 'failed' ? (job.error?.code ?? '') : (job.waitingFor ?? ''),
        duration(tookMs(job)) ?? '',
        time(job.createdAt),
      ]),
      'There are no such jobs.',
    ),
    page.nextCursor &&
      h('button', { class: 'plain', onclick: () => setQuery({ ...query, cursor: page.nextCursor }) }, 'Older ones'),
  ],
}

const textField = (name, label, placeholder, value) =>
  h('label', {}, label, h('input', { name, placeholder, value: value ?? '', 'data-keep': name, autocomplete: 'off' }))
