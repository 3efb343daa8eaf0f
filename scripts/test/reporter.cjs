/**
 * Mocha's reporter for scripts/test: one JSON object a line on file descriptor 3, as soon as something has happened, so that
 * what a crashed process had found out is not lost.
 */
const { writeSync } = require('node:fs')

const send = (event) => writeSync(3, `${JSON.stringify(event)}\n`)

const describeError = (error) => {
  const text = String(error?.stack ?? error?.message ?? error)
  const message = String(error?.message ?? '')
  return message !== '' && !text.includes(message) ? `${message}\n${text}` : text
}

module.exports = class EventReporter {
  constructor(runner) {
    runner.on('pass', (test) => send({ type: 'pass', title: test.fullTitle() }))
    runner.on('pending', (test) => send({ type: 'pending', title: test.fullTitle() }))
    runner.on('fail', (test, error) => send({ type: 'fail', title: test.fullTitle(), error: describeError(error) }))
    runner.on('suite end', (suite) => {
      if (suite.parent?.root) send({ type: 'suite', title: suite.title })
    })
    runner.on('end', () => send({ type: 'end' }))
  }
}
