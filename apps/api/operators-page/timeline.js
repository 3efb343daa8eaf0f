const namespace = 'http://www.w3.org/2000/svg'

function drawn(tag, attributes) {
  const element = document.createElementNS(namespace, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

const at = (iso) => new Date(iso).getTime()

/** From when until when a job was at work, with all its steps, in milliseconds since 1970; null before its first step. */
export function spanOf({ steps, startedAt, finishedAt }) {
  const begun = [startedAt, ...steps.map((step) => step.startedAt)].filter(Boolean).map(at)
  if (begun.length === 0) return null
  const ended = [finishedAt, ...steps.map((step) => step.finishedAt)].filter(Boolean).map(at)
  return { from: Math.min(...begun), to: Math.max(finishedAt ? 0 : Date.now(), ...ended, ...begun) }
}

/** When in a job's time a step was at work, as a bar; null for one that has not begun. */
export function stepBar({ startedAt, finishedAt, status }, span) {
  if (!startedAt || span === null) return null
  const whole = Math.max(1, span.to - span.from)
  const width = Math.min(100, Math.max(1, (100 * ((finishedAt ? at(finishedAt) : span.to) - at(startedAt))) / whole))
  const x = Math.min(100 - width, Math.max(0, (100 * (at(startedAt) - span.from)) / whole))
  const label = `From ${Math.round(x)} to ${Math.round(x + width)} % of the job’s time`
  const bar = drawn('svg', { class: 'bar', viewBox: '0 0 100 1', preserveAspectRatio: 'none', role: 'img' })
  bar.setAttribute('aria-label', label)
  bar.append(
    drawn('rect', { class: 'track', x: 0, y: 0, width: 100, height: 1 }),
    drawn('rect', { 'data-status': status, x, y: 0, width, height: 1 }),
  )
  return bar
}
