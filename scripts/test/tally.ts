/** What came of all checks and tests so far. */
export interface Tally {
  passed: number
  failures: { title: string; details: string }[]
  skipped: string[]
  /** What tests said about why they skipped. */
  reasons: Set<string>
}

/** Nothing yet. */
export const newTally = (): Tally => ({ passed: 0, failures: [], skipped: [], reasons: new Set() })

/** The line that scripts read; always the last one. */
export const summaryLine = ({ passed, failures, skipped }: Tally): string =>
  `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`

/** Everything that needs a look, with its details, and the summary line at the end. */
export function report(tally: Tally): string {
  const failures = tally.failures.map(({ title, details }, index) => `${index + 1}) ${title}\n${indented(details)}\n`)
  const skipped = tally.skipped.map((title) => `  - ${title}`)
  const reasons = [...tally.reasons].map((reason) => `    ${reason}`)
  return [
    ...(failures.length > 0 ? ['', 'Failed:', '', ...failures] : []),
    ...(skipped.length > 0 ? ['', 'Skipped:', ...skipped, ...reasons] : []),
    '',
    summaryLine(tally),
  ].join('\n')
}

const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `   ${line}`)
    .join('\n')
