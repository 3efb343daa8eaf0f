import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { startPostgres } from '../../scripts/services/postgres.js'
import { postgresForConformance } from '../support/postgres-conformance.js'

describeProvisioner({
  name: 'postgresql',
  provisioner,
  server: async () => postgresForConformance(await startPostgres()),
})
