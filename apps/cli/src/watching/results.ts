import { writeFile } from 'node:fs/promises'
import { allItems, dataOf, type ApiClient, type BatchItem } from '@edfi-tenants/api-client'
import { csvOf } from '../output/csv.js'

/** What became of one item, in the words of a result file. */
export interface Result {
  ref: string | null
  tenant: string
  name: string | null
  instanceId: string | null
  /** Of its job, or `unchanged`. */
  status: string
  databaseName: string | null
  odsInstanceId: number | null
  jobId: string | null
  errorCode: string | null
  errorDetail: string | null
}

/** Columns of a result file; never with a secret. */
export const resultColumns: readonly (keyof Result)[] = [
  'ref',
  'tenant',
  'name',
  'instanceId',
  'status',
  'databaseName',
  'odsInstanceId',
  'jobId',
  'errorCode',
  'errorDetail',
]

/** What became of every item of a batch, in the order in which they were sent. */
export async function readResults(api: ApiClient, id: string, signal: AbortSignal): Promise<Result[]> {
  const results: Result[] = []
  const page = (cursor: string | undefined) =>
    dataOf(
      api.GET('/v1/batches/{id}/items', {
        params: { path: { id }, query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) } },
        signal,
      }),
    )
  for await (const item of allItems<BatchItem>(page)) results.push(resultOf(item))
  return results
}

const resultOf = (item: BatchItem): Result => ({
  ref: item.ref,
  tenant: item.tenant,
  name: item.name,
  instanceId: item.instanceId,
  status: item.outcome === 'unchanged' ? 'unchanged' : (item.status ?? 'queued'),
  databaseName: item.databaseName,
  odsInstanceId: item.odsInstanceId,
  jobId: item.jobId,
  errorCode: item.error?.code ?? null,
  errorDetail: item.error?.detail ?? null,
})

/** Writes results as CSV, or as JSON Lines where the name of the file says so. */
export const writeResults = (file: string, results: readonly Result[]): Promise<void> =>
  writeFile(
    file,
    /\.(?:jsonl|ndjson)$/i.test(file)
      ? results.map((result) => `${JSON.stringify(result)}\n`).join('')
      : csvOf(
          resultColumns,
          results.map((result) => resultColumns.map((column) => result[column])),
        ),
  )
