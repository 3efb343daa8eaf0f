import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import {
  findingColumns,
  reconciliationColumns,
  reconciliationTables,
  reconciliationWithin,
  type FindingRow,
  type ReconciliationRow,
} from './reconciliation-row.js'

/** One comparison; null when there is none that the bound covers. */
export async function readReconciliation(
  database: Database,
  id: string,
  bound: Bound,
): Promise<ReconciliationRow | null> {
  const [row] = await database.query<ReconciliationRow>(
    `SELECT ${reconciliationColumns} FROM ${reconciliationTables} WHERE r.id = $1 AND ${reconciliationWithin('$2')}`,
    [id, boundParameter(bound)],
  )
  return row ?? null
}

/** Comparisons newest first, from below a number on. */
export function listReconciliations(
  database: Database,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<ReconciliationRow[]> {
  return database.query<ReconciliationRow>(
    `SELECT ${reconciliationColumns} FROM ${reconciliationTables}
     WHERE ($2::integer IS NULL OR r.number < $2) AND ${reconciliationWithin('$1')} ORDER BY r.number DESC LIMIT $3`,
    [boundParameter(page.bound), page.before, page.limit],
  )
}

const findings = `SELECT ${findingColumns} FROM reconciliation_findings f LEFT JOIN jobs j ON j.id = f.job_id`

/** All findings of a comparison, in the order in which they were found to matter: by kind, then by name. */
export function listFindings(database: Database, reconciliationId: string): Promise<FindingRow[]> {
  return database.query<FindingRow>(
    `${findings} WHERE f.reconciliation_id = $1 ORDER BY f.kind, lower(f.subject), f.id`,
    [reconciliationId],
  )
}

/** One finding of a comparison; null when there is none. */
export async function readFinding(
  database: Database,
  reconciliationId: string,
  id: string,
): Promise<FindingRow | null> {
  const [row] = await database.query<FindingRow>(`${findings} WHERE f.reconciliation_id = $1 AND f.id = $2`, [
    reconciliationId,
    id,
  ])
  return row ?? null
}

/** The same, locked until the transaction ends, so that it is resolved once. */
export async function lockFinding(
  database: Database,
  reconciliationId: string,
  id: string,
): Promise<FindingRow | null> {
  await database.query('SELECT id FROM reconciliation_findings WHERE id = $1 FOR UPDATE', [id])
  return readFinding(database, reconciliationId, id)
}
