import pg from 'pg'

/** Runs `work` on a connection of its own to `databaseName` on the server of `adminUrl` (its own database by default). */
export async function withConnection<Result>(
  adminUrl: string,
  databaseName: string | undefined,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const url = new URL(adminUrl)
  if (databaseName !== undefined) url.pathname = `/${encodeURIComponent(databaseName)}`
  const client = new pg.Client({ connectionString: url.href, application_name: 'sample-ods' })
  // A connection that dies while idle also fails the next query, which reports it; without a listener it ends the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
