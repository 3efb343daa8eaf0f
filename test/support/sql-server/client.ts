import type { Login } from '@edfi-tenants/provisioner'
import { Connection, Request } from 'tedious'

/** Connects as any client would. */
export const connectTo = (
  port: number,
  { username, password }: Login,
  database: string,
  { encrypt = false, host = '127.0.0.1' } = {},
): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const connection = new Connection({
      server: host,
      authentication: { type: 'default', options: { userName: username, password } },
      options: {
        port,
        database,
        encrypt,
        trustServerCertificate: true,
        maxRetriesOnTransientErrors: 0,
        requestTimeout: 0,
      },
    })
    connection.on('error', () => undefined)
    connection.connect((error) => (error ? reject(error) : resolve(connection)))
  })

/** Whether the server still answers. */
export const isOpen = (connection: Connection): Promise<boolean> =>
  new Promise((resolve) => connection.execSqlBatch(new Request('select 1 as one', (error) => resolve(!error))))

/** Runs one batch and gives its rows by column. */
export const runBatch = (connection: Connection, text: string): Promise<Record<string, unknown>[]> =>
  new Promise((resolve, reject) => {
    const rows: Record<string, unknown>[] = []
    const request = new Request(text, (error) => (error ? reject(error) : resolve(rows)))
    request.on('row', (cells: { value: unknown; metadata: { colName: string } }[]) =>
      rows.push(Object.fromEntries(cells.map(({ value, metadata }) => [metadata.colName, value]))),
    )
    connection.execSqlBatch(request)
  })
