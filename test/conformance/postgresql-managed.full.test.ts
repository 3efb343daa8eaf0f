import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { startPostgres } from '../../scripts/services/postgres.js'
import { postgresForConformance, type AdminRights } from '../support/postgres-conformance.js'
import { startSystemPostgres, systemPostgresFolder } from '../support/system-postgres.js'

/** The embedded server has the rules for CREATEROLE that came with version 16, Debian's is older. */
const servers = {
  'the embedded PostgreSQL': startPostgres,
  'the system’s PostgreSQL': async () => {
    const postgres = await startSystemPostgres()
    if (!postgres) throw new Error('The programs of the system’s PostgreSQL have gone.')
    return postgres
  },
}

// The administrators that RDS, Aurora, Azure and Cloud SQL give one are no superusers either.
const admins: Record<string, AdminRights> = {
  'member of the templates’ owner': 'member-of-owner',
  'no member of pg_signal_backend': 'member-of-login',
}

for (const [where, start] of Object.entries(servers))
  for (const [who, rights] of Object.entries(admins)) {
    const name = `postgresql as a cloud’s administrator, ${who}, on ${where}`
    if (start === servers['the system’s PostgreSQL'] && systemPostgresFolder() === null)
      describe(`provisioner ${name}`, () => {
        it('needs a PostgreSQL in /usr/lib/postgresql, with its server and pg_dump')
      })
    else
      describeProvisioner({
        name,
        provisioner,
        server: async () => postgresForConformance(await start(), rights),
      })
  }
