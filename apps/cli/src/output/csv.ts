import { stringify } from 'csv-stringify/sync'

/**
 * CSV as RFC 4180 wants it, a line of column names first. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it (https://owasp.org/www-community/attacks/CSV_Injection), unless cells are wanted as they are.
 */
export const csvOf = (
  header: readonly string[],
  lines: readonly (readonly (string | number | null)[])[],
  { asTheyAre = false } = {},
): string =>
  stringify([[...header], ...lines.map((cells) => [...cells])], {
    record_delimiter: '\r\n',
    escape_formulas: !asTheyAre,
  })
