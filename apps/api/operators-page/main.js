import { session } from './api.js'
import { say, sayError } from './actions.js'
import { batch } from './views/batch.js'
import { batches } from './views/batches.js'
import { job } from './views/job.js'
import { jobs } from './views/jobs.js'

/** How long between two looks, in milliseconds; longer where nothing changes by itself any more. */
const everyMs = 2_000
const endedEveryMs = 15_000

const main = document.querySelector('#main')
let round = 0
let timer

/** `#/jobs/<id>?status=failed` as view, parts and query. */
function here() {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?')
  const [page = '', ...parts] = path.split('/').map(decodeURIComponent)
  const id = parts[0]
  const view = page === 'jobs' ? (id ? job : jobs) : id ? batch : batches
  return {
    page: page === 'jobs' ? 'jobs' : 'batches',
    view,
    parts,
    query: Object.fromEntries(new URLSearchParams(search)),
  }
}

function setQuery(query) {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value))
  const [path] = location.hash.split('?')
  location.hash = given.size > 0 ? `${path || '#/batches'}?${given}` : path || '#/batches'
}

/** Puts new content in the place of the old; the focus stays on what has the same `data-keep`. */
function replace(content) {
  const kept = document.activeElement?.dataset?.keep
  main.replaceChildren(...content.filter(Boolean))
  if (kept) main.querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus()
}

const isTyping = () => main.contains(document.activeElement) && document.activeElement.matches('input, select')

/** Shows what the address names, and looks again and again until another is shown. */
async function follow(isFirst) {
  const mine = ++round
  clearTimeout(timer)
  const { page, view, parts, query } = here()
  for (const link of document.querySelectorAll('nav a[data-page]'))
    if (link.dataset.page === page) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  let shown
  const refresh = () => look()
  async function look() {
    clearTimeout(timer)
    let pause = everyMs
    try {
      if (!document.hidden) {
        const data = await view.load(parts, query)
        if (mine !== round) return
        const said = JSON.stringify(data)
        const isRunning = view.hasEnded ? !view.hasEnded(data) : false
        if (said !== shown ? !(shown && isTyping()) : isRunning && !isTyping()) {
          replace(view.show(data, { query, setQuery, refresh }))
          shown = said
        }
        document.title = `${view.title(data)} · Ed-Fi Tenant Management`
        document.querySelector('#client').textContent = session.client
        if (view.hasEnded?.(data)) pause = endedEveryMs
        if (failed) say(null)
        failed = false
      }
    } catch (error) {
      if (mine !== round) return
      if (!shown) main.replaceChildren()
      failed = true
      sayError(error)
      pause = endedEveryMs / 3
    }
    if (mine === round) timer = setTimeout(look, pause)
  }
  let failed = false
  say(null)
  await look()
  if (!isFirst && mine === round && !isTyping()) main.focus({ preventScroll: false })
}

addEventListener('hashchange', () => void follow(false))
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void follow(true)
})
void follow(true)
