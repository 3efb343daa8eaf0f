import { loadProvisioners } from '@edfi-tenants/provisioner'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { startPostgres } from '../../scripts/services/postgres.js'
import { postgresForConformance } from '../support/postgres-conformance.js'

// By the name of its package it is none that is built in: it runs in a process of its own.
const loaded = await loadProvisioners(['@edfi-tenants/provisioner-postgresql'], {}, process.cwd())
const provisioner = loaded.get('postgresql')
if (!provisioner) throw new Error('The provisioner has another name.')

describeProvisioner({
  name: 'postgresql in a process of its own',
  provisioner,
  server: async () => postgresForConformance(await startPostgres()),
})
