import type { ApiConfig } from '@edfi-tenants/runtime'
import { changeRecords, createEnvironment, readEnvironment, seedApiClient, type Store } from '@edfi-tenants/store'

/** Serialises processes that start at the same time. */
const seedLock = 4_807_002

/**
 * Makes what the configuration says should be there from the start: the first API client, which may do everything, and
 * the environment `default` where there is none of that name. What is there already is left as it is, but the client's
 * secret follows the configuration until it is rotated.
 */
export async function seed(
  store: Store,
  config: Pick<ApiConfig, 'bootstrapClient' | 'defaultEnvironment' | 'odsEncryptionKey'>,
): Promise<void> {
  const { bootstrapClient, defaultEnvironment, odsEncryptionKey } = config
  if (!bootstrapClient && !defaultEnvironment) return
  await changeRecords(store, async (records) => {
    await records.database.query('SELECT pg_advisory_xact_lock($1::bigint)::text AS locked', [seedLock])
    if (bootstrapClient)
      await seedApiClient(records, {
        id: bootstrapClient.clientId,
        secret: bootstrapClient.clientSecret,
        name: 'First client',
        scopes: ['admin'],
        tenants: ['*'],
        mayActForOthers: true,
        createdBy: 'configuration',
      })
    if (defaultEnvironment && !(await readEnvironment(records, 'default')))
      await createEnvironment(records, {
        name: 'default',
        engine: 'PostgreSql',
        adminApiUrl: defaultEnvironment.url,
        adminApiClientId: defaultEnvironment.clientId,
        adminApiClientSecret: defaultEnvironment.clientSecret,
        adminApiMode: defaultEnvironment.mode,
        multiTenant: defaultEnvironment.multiTenant,
        timeoutMs: 30_000,
        maxConcurrency: 8,
        odsApi: null,
        encryptionKey: odsEncryptionKey?.toString('base64') ?? null,
        notificationsUrl: null,
        probeClientSecret: null,
        dataStandard: null,
      })
  })
}
