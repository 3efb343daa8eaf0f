import type { LookupAddress } from 'node:dns'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { assertAddressAllowed, guardedLookup, type Login } from '@edfi-tenants/provisioner'
import { toFailure } from './errors.js'
import type { Settings } from './settings.js'

/**
 * Runs work with the environment in which PostgreSQL's programs reach a database: all of it in variables, the password
 * only there, and nothing of ours besides. https://www.postgresql.org/docs/current/libpq-envars.html
 */
export async function withProgramEnvironment<Result>(
  { settings, database, login }: { settings: Settings; database: string; login: Login },
  work: (environment: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  const { host, port, tls, connectTimeoutMs } = settings
  const addresses = await addressesOf(host)
  const folder = await mkdtemp(path.join(tmpdir(), 'edfi-tenants-pg-'))
  try {
    const environment = {
      // As many names as addresses; libpq tries one after the other.
      PGHOST: addresses.map(() => host).join(','),
      PGHOSTADDR: addresses.join(','),
      PGPORT: String(port),
      PGDATABASE: database,
      PGUSER: login.username,
      PGPASSWORD: login.password,
      PGPASSFILE: path.join(folder, 'none'),
      PGCONNECT_TIMEOUT: String(Math.max(2, Math.ceil(connectTimeoutMs / 1_000))),
      PGAPPNAME: 'edfi-tenants',
      PGGSSENCMODE: 'disable',
      PGSSLMODE: tls.mode,
      PGSSLROOTCERT: path.join(folder, 'none'),
      PGOPTIONS: '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3',
      // Their texts are read.
      LC_ALL: 'C',
      HOME: folder,
    }
    if (tls.mode === 'verify-ca' || tls.mode === 'verify-full') {
      environment.PGSSLROOTCERT = path.join(folder, 'ca.pem')
      await writeFile(environment.PGSSLROOTCERT, tls.ca ?? rootCertificates.join('\n'), { mode: 0o600 })
    }
    return await work(environment)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Names are looked up here, where it is made sure that their addresses may be connected to. */
async function addressesOf(host: string): Promise<string[]> {
  assertAddressAllowed(host)
  if (isIP(host) !== 0) return [host]
  return new Promise((resolve, reject) => {
    guardedLookup(host, { all: true }, (error, addresses) => {
      if (error) reject(toFailure(error))
      else resolve((addresses as LookupAddress[]).map(({ address }) => address))
    })
  })
}
