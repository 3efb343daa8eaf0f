import { session } from './api.js'
import { say, sayError } from './actions.js'
import { h, pageLink } from './dom.js'
import { isInUse, replaceContent } from './keep-place.js'
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
  const [page = '', ...parts] = path.split('/').map(decoded)
  const id = parts[0]
  const view = page === 'jobs' ? (id ? job : jobs) : id ? batch : batches
  return {
    page: page === 'jobs' ? 'jobs' : 'batches',
    view,
    parts,
    query: Object.fromEntries(new URLSearchParams(search)),
  }
}

/** A part of an address as it was meant; as it is where it is no encoding of anything. */
function decoded(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function setQuery(query) {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value))
  const [path] = location.hash.split('?')
  location.hash = given.size > 0 ? `${path || '#/batches'}?${given}` : path || '#/batches'
}

/** Where there is nothing to show but what is said above. */
const nothing = () => [
  h('h1', {}, 'Nothing to show'),
  h('p', {}, 'Go on with ', pageLink(['batches'], 'all batches'), ' or ', pageLink(['jobs'], 'all jobs'), '.'),
]

/** Shows what the address names, and looks again and again until another is shown. */
async function follow(isFirst) {
  const mine = ++round
  clearTimeout(timer)
  const { page, view, parts, query } = here()
  for (const link of document.querySelectorAll('nav a[data-page]'))
    if (link.dataset.page === page) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  let shown
  let looks = 0
  const refresh = () => look()
  async function look() {
    clearTimeout(timer)
    // Of two at once, the later one knows better.
    const thisLook = ++looks
    const isLatest = () => mine === round && thisLook === looks
    let pause = everyMs
    try {
      if (!document.hidden) {
        const data = await view.load(parts, query)
        if (!isLatest()) return
        const said = JSON.stringify(data)
        const isRunning = view.hasEnded ? !view.hasEnded(data) : false
        if (!shown || (!isInUse() && (said !== shown || isRunning))) {
          replaceContent(view.show(data, { query, setQuery, refresh }))
          shown = said
        }
        document.title = `${view.title(data)} · Ed-Fi Tenant Management`
        document.querySelector('#client').textContent = session.client
        if (view.hasEnded?.(data)) pause = endedEveryMs
        if (failed) say(null)
        failed = false
      }
    } catch (error) {
      if (!isLatest()) return
      if (!shown) replaceContent(nothing())
      failed = true
      sayError(error)
      pause = endedEveryMs / 3
    }
    if (isLatest()) timer = setTimeout(look, pause)
  }
  let failed = false
  say(null)
  await look()
  if (!isFirst && mine === round && !main.contains(document.activeElement)) main.focus()
}

addEventListener('hashchange', () => void follow(false))
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void follow(true)
})
void follow(true)
