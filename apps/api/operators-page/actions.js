import { ApiError, ask } from './api.js'
import { h } from './dom.js'

const notice = document.querySelector('#notice')
const dialog = document.querySelector('#question')

/** Says something above the page; null takes it away. */
export function say(text, kind = 'error') {
  notice.hidden = text === null
  notice.dataset.kind = kind
  notice.textContent = text ?? ''
}

/** Says what is wrong: each fault of what was asked, and the id under which the log knows the request. */
export function sayError(error) {
  if (!(error instanceof ApiError)) throw error
  const { title, requestId, errors = [] } = error.problem
  const faults = errors.map(({ pointer, detail }) => `${pointer.replace(/^[?/]/, '')} ${detail}.`)
  const said = [title && title !== error.message && `${title}.`, error.message, ...faults]
  say([...said, requestId && `(request ${requestId})`].filter(Boolean).join(' '))
}

/** Asks whether it is meant; resolves to whether the answer was yes. */
function confirmed(question, yes) {
  dialog.querySelector('#question-text').textContent = question
  dialog.querySelector('#question-yes').textContent = yes
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}

/**
 * A button that asks the API for something, once, after a question where there is one; then `after` is called. `done` is
 * what to say then, or makes it of the answer: a text, or `{text, kind}`. One that `stops` work looks like it.
 */
export function action({ label, path, question, done, after, stops = false }) {
  const button = h('button', { class: stops ? 'stops' : null, 'data-keep': label, onclick: () => void run() }, label)
  async function run() {
    if (question && !(await confirmed(question, label))) return
    button.disabled = true
    try {
      const answer = await ask(path)
      const { text, kind } = typeof done === 'function' ? done(answer) : { text: done }
      say(text, kind ?? 'done')
      await after(answer)
    } catch (error) {
      sayError(error)
    } finally {
      button.disabled = false
    }
  }
  return button
}
