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

/** What there is to say of an error, with the id under which the log knows it. */
export function sayError(error) {
  if (!(error instanceof ApiError)) throw error
  const { title, requestId } = error.problem
  const reference = requestId ? ` (request ${requestId})` : ''
  say(title && title !== error.message ? `${title}. ${error.message}${reference}` : `${error.message}${reference}`)
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

/** A button that asks the API for something, once, after a question where there is one; then `after` is called. */
export function action({ label, path, question, done, after }) {
  const button = h('button', { 'data-keep': label, onclick: () => void run() }, label)
  async function run() {
    if (question && !(await confirmed(question, label))) return
    button.disabled = true
    try {
      const answer = await ask(path)
      say(done, 'done')
      await after(answer)
    } catch (error) {
      sayError(error)
    } finally {
      button.disabled = false
    }
  }
  return button
}
