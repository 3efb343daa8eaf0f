/** Everything a stranger needs to work with the running system; the shape of the line that `--json` prints. */
export interface Addresses {
  apiUrl: string
  token: string
  clientId: string
  clientSecret: string
  docsUrl: string
  dashboardUrl: string
  adminApiUrl: string
  adminApiClientId: string
  adminApiClientSecret: string
  environment: string
  databaseServer: string
  databaseServerUrl: string
  controlDatabaseUrl: string
  queueUrl: string
  pids: { apis: number[]; workers: number[] }
}

/** Prints where everything is, a token, and a first command to paste. */
export function showAddresses(addresses: Addresses, print: (text: string) => void): void {
  const rows: [string, string][] = [
    ['API', addresses.apiUrl],
    ['documentation', addresses.docsUrl],
    ['dashboard', addresses.dashboardUrl],
    ['client', `${addresses.clientId} / ${addresses.clientSecret}`],
    ['Admin API', `${addresses.adminApiUrl} (${addresses.adminApiClientId} / ${addresses.adminApiClientSecret})`],
    ['database server', `${addresses.databaseServer}: ${addresses.databaseServerUrl}`],
    ['control database', addresses.controlDatabaseUrl],
    ['queue', addresses.queueUrl],
  ]
  print('')
  for (const [what, where] of rows) print(`  ${what.padEnd(17)} ${where}`)
  print('\nA token for the next 12 hours:\n')
  print(`  ${addresses.token}`)
  print('\nTry:\n')
  print(`  curl -H "Authorization: Bearer ${addresses.token}" ${addresses.apiUrl}/v1/instances`)
  print('\nReady. Ctrl-C stops everything and leaves nothing behind.')
}
