import type { DatabaseCounts, SqlCheck } from './provisioner.js'

type CheckResult = DatabaseCounts['checks'][number]

/** How many findings are quoted, and how much of them. */
const quotedRows = 3
const maxDetailLength = 500

/** How many rows of a check's answer are worth reading: one more than is quoted tells that there are more. */
export const checkedRows = quotedRows + 1

/** What the first rows of a check's answer say: none, and all is well. */
export function checkResult(rows: readonly unknown[]): Omit<CheckResult, 'name'> {
  if (rows.length === 0) return { ok: true, detail: 'No findings.' }
  const more = rows.length > quotedRows ? ' …' : ''
  const quoted = rows.slice(0, quotedRows).map((row) => JSON.stringify(row))
  return { ok: false, detail: quoted.join(' ').slice(0, maxDetailLength) + more }
}

/** Asks the checks one after the other. */
export async function runEach(
  checks: readonly SqlCheck[],
  run: (sql: string) => Promise<Omit<CheckResult, 'name'>>,
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const { name, sql } of checks) results.push({ name, ...(await run(sql)) })
  return results
}
