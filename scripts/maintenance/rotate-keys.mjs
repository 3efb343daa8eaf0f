import { createLogger, readMigrateConfig } from '@edfi-tenants/runtime'
import { openStore, rotateKeys } from '@edfi-tenants/store'

/** Seals every stored secret anew with the first of the keys; ends with 1 when there are some that no key opens. */
export async function rotate(env) {
  const { database, encryptionKeys, log: logSettings } = readMigrateConfig(env)
  if (!encryptionKeys) throw new Error('ENCRYPTION_KEYS is not set: the new key first, then those in use.')
  const log = createLogger('rotate-keys', logSettings)
  const store = await openStore({
    url: database.url,
    encryptionKeys,
    poolSize: 2,
    applicationName: 'edfi-tenants keys',
  })
  try {
    const { resealed, unreadable } = await rotateKeys(store)
    log.info('Secrets were sealed with the first key', { resealed })
    if (unreadable.length === 0) return
    log.error('None of the keys opens these; they are left as they were', { unreadable })
    process.exitCode = 1
  } finally {
    await store.close()
  }
}
