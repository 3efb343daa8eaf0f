import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import { fakeForConformance } from './fake-for-conformance.js'
import type { FakeSqlServer } from './fake-sql-server.js'

/** The model of Azure SQL Database as the conformance suite needs it: with a template database that the login owns. */
export async function azureForConformance(): Promise<ConformanceServer & { model: FakeSqlServer; cut(): void }> {
  const target = await fakeForConformance({ azure: true })
  const { model, server } = target
  const backup = model.backups.values().next().value
  const owner = model.logins.get(server.credentials.username)?.sid ?? ''
  if (!backup) throw new Error('The model holds no template.')
  const template = model.copy(backup, backup.name, owner)
  model.backups.clear()
  return {
    ...target,
    server: { ...server, settings: { ...server.settings, pollIntervalMs: 10, retryAfterMs: 10 } },
    template: { database: template.name },
    missingTemplate: { database: 'EdFi_Ods_None' },
  }
}
