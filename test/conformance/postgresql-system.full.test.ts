import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { postgresForConformance } from '../support/postgres-conformance.js'
import { startSystemPostgres, systemPostgresFolder } from '../support/system-postgres.js'

// The system's own PostgreSQL comes with pg_dump, which the embedded one lacks, and is another version.
if (systemPostgresFolder() === null)
  describe('provisioner postgresql with the system’s PostgreSQL', () => {
    it('needs a PostgreSQL in /usr/lib/postgresql, with its server and pg_dump')
  })
else
  describeProvisioner({
    name: 'postgresql with the system’s PostgreSQL',
    provisioner,
    server: async () => {
      const postgres = await startSystemPostgres()
      if (!postgres) throw new Error('The programs of the system’s PostgreSQL have gone.')
      return postgresForConformance(postgres)
    },
  })
