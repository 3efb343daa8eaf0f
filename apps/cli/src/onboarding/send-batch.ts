import {
  ApiError,
  type ApiClient,
  type Batch,
  type BatchOptions,
  type BatchPlan,
  type CreateBatch,
  type FieldFault,
} from '@edfi-tenants/api-client'
import { Refusal, type RefusalFault } from '../refusal.js'
import { columnOf } from './columns.js'
import type { Row } from './row.js'

/** How a batch is to be sent. */
export interface SendOptions {
  options: BatchOptions
  signal: AbortSignal
}

/** What rows come to as a batch. A row without a ref is found again by its line. */
export const batchOf = (rows: readonly Row[], options: BatchOptions): CreateBatch => ({
  operation: 'instance.create',
  // What is wrong with a row is the API's to say, so it is sent as it stands in the file.
  items: rows.map(({ ref, line, body }) => ({ ref: ref ?? refOf(line), ...body })) as unknown as CreateBatch['items'],
  ...(Object.keys(options).length > 0 ? { options } : {}),
})

const refOf = (line: number): string => `line ${line}`

/** What the batch would do; nothing changes. */
export async function planBatch(api: ApiClient, rows: readonly Row[], send: SendOptions): Promise<BatchPlan> {
  const { data } = await inWordsOfTheFile(
    rows,
    api.POST('/v1/batches', {
      params: { query: { validateOnly: true } },
      body: batchOf(rows, send.options),
      signal: send.signal,
    }),
  )
  return data as BatchPlan
}

/** Starts the batch. */
export async function startBatch(api: ApiClient, rows: readonly Row[], send: SendOptions): Promise<Batch> {
  const { data } = await inWordsOfTheFile(
    rows,
    api.POST('/v1/batches', { body: batchOf(rows, send.options), signal: send.signal }),
  )
  return (data as { batch: Batch }).batch
}

/** Faults of items (`/items/3/name`) become faults of the file’s lines. */
async function inWordsOfTheFile<T>(rows: readonly Row[], answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof ApiError) || error.errors.length === 0) throw error
    const faults = error.errors.map((fault) => faultOfLine(rows, fault))
    faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    const refused = new Set(faults.flatMap(({ line }) => line ?? [])).size
    const those = refused === 1 ? 'One row is' : `${refused} rows are`
    throw new Refusal(
      refused > 0 ? `${those} refused, so nothing was started (${error.code}).` : `${error.code}: ${error.detail}`,
      { code: error.code, faults },
    )
  }
}

function faultOfLine(rows: readonly Row[], { pointer, detail }: FieldFault): RefusalFault {
  const [, position, rest = ''] = /^\/items\/(\d+)(\/.*)?$/.exec(pointer) ?? []
  const row = position === undefined ? undefined : rows[Number(position)]
  if (!row) return { where: pointer, detail }
  const where = row.isOfCells ? columnOf(rest.slice(1)) : rest.slice(1)
  // Where a fault names another item, by its place in the request.
  const withLines = detail.replaceAll(/\bposition (\d+)\b/g, (text, other: string) => {
    const line = rows[Number(other)]?.line
    return line === undefined ? text : `${text} (line ${line})`
  })
  return { line: row.line, ref: row.ref, where: where || 'row', detail: withLines }
}
