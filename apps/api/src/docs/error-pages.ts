import { problemKinds, type ProblemCode } from '@edfi-tenants/core'
import { escapeHtml, htmlPage } from './html-page.js'

const kinds = Object.entries(problemKinds) as [ProblemCode, (typeof problemKinds)[ProblemCode]][]

/** Escapes, and sets what stands between backticks as code. */
const prose = (text: string): string => escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')

/** The page that a problem's `type` leads to; null for a code that there is not. */
export function errorPage(code: string) {
  const kind = kinds.find(([known]) => known === code)?.[1]
  if (!kind) return null
  return htmlPage(
    `${kind.title} – ${code}`,
    `<p class="soft"><a href="/docs">API</a> · <a href="/docs/errors">Errors</a></p>
<h1>${prose(kind.title)}</h1>
<p class="soft"><code>${code}</code> · HTTP status ${kind.status}</p>
<h2>What has happened</h2>
<p>${prose(kind.meaning)}</p>
<h2>What to do now</h2>
<p>${prose(kind.remedy)}</p>`,
  )
}

/** All codes with their titles, by status. */
export function errorIndex() {
  const rows = [...kinds]
    .sort(([a, one], [b, other]) => one.status - other.status || (a < b ? -1 : 1))
    .map(
      ([code, { status, title }]) =>
        `<tr><td>${status}</td><td><a href="/docs/errors/${code}"><code>${code}</code></a></td><td>${prose(title)}</td></tr>`,
    )
  return htmlPage(
    'Errors',
    `<p class="soft"><a href="/docs">API</a></p>
<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code>; its <code>code</code> is one of these.</p>
<table><thead><tr><th>Status</th><th>Code</th><th>Title</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`,
  )
}
