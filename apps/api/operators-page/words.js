const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A time of the API as people read it here, with the exact one beside it. */
export function time(iso) {
  if (!iso) return null
  const element = document.createElement('time')
  element.dateTime = iso
  element.title = iso
  element.textContent = dateAndTime.format(new Date(iso))
  return element
}

/** Milliseconds in words: `40 ms`, `1.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return null
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** How long something took, or has taken so far. */
export const tookMs = ({ startedAt, finishedAt }) =>
  startedAt ? new Date(finishedAt ?? Date.now()).getTime() - new Date(startedAt).getTime() : null

/** Whether a job or a batch has ended. */
export const hasEnded = ({ status }) => ['succeeded', 'failed', 'cancelled'].includes(status)

/** How long a batch still takes, in words; null where that is not known. */
export const remaining = (batch) =>
  batch.etaSeconds === null || hasEnded(batch) ? null : duration(Math.max(1, batch.etaSeconds) * 1000)
