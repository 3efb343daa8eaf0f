import { dataOf } from '@edfi-tenants/api-client'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { csvOf } from '../output/csv.js'
import { writePrivateFile } from '../output/private-file.js'

/** Where the credentials of a batch go. */
export interface CredentialsOptions {
  csv: string
  acknowledge?: boolean
}

const columns = [
  'ref',
  'tenant',
  'name',
  'instanceId',
  'origin',
  'applicationId',
  'applicationName',
  'apiClientId',
  'key',
  'secret',
] as const

/**
 * Writes keys and secrets of a batch's instances into a file of mode 0600; none of them is ever shown. Cells are as they
 * are, since a secret with an apostrophe before it is another one.
 */
export async function saveCredentials(
  context: Context,
  id: string,
  { csv: file, acknowledge }: CredentialsOptions,
): Promise<number> {
  const { output, surroundings } = context
  const { signal } = surroundings
  const api = await context.api()
  const params = { path: { id } }
  const { items } = await dataOf(api.GET('/v1/batches/{id}/credentials', { params, signal }))
  const content = file.toLowerCase().endsWith('.json')
    ? `${JSON.stringify(items, null, 2)}\n`
    : csvOf(
        columns,
        items.map((item) => columns.map((column) => item[column])),
        { asTheyAre: true },
      )
  await writePrivateFile(file, content)
  output.print(`${items.length} ${items.length === 1 ? 'credential' : 'credentials'} written to ${file}, for you only.`)
  if (acknowledge) {
    await api.POST('/v1/batches/{id}/credentials/acknowledge', { params, signal })
    output.print('Acknowledged: the API has erased the secrets.')
  }
  output.document({ file, credentials: items.length, acknowledged: acknowledge === true })
  return exitCodes.succeeded
}
