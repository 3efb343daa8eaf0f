import { Failure } from '@edfi-tenants/core'
import { isOwnedBy } from '@edfi-tenants/provisioner'
import { onServer } from './connect.js'
import { coreTables } from './counted-tables.js'
import { findDatabase, notOurs } from './database.js'
import { assertName } from './names.js'
import { withSession } from './sessions.js'
import { readContent } from './tables.js'

const oldestMajorVersion = 7

/** @type {import('@edfi-tenants/provisioner').Provisioner['verifyDatabase']} */
export const verifyDatabase = async (server, { databaseName, owner, login, expect }, operation) => {
  assertName(databaseName)
  return onServer(server, operation, (root) =>
    withSession(root, databaseName, login, async (folder) => {
      const marker = (await findDatabase(root, databaseName))?.marker
      if (marker && !isOwnedBy(marker, { ...owner, epoch: Infinity })) throw notOurs()
      if (expect === 'connection') return { odsVersion: null, dataStandard: null, descriptors: null }
      const content = await readContent(folder)
      const missing = coreTables.filter((table) => !Object.hasOwn(content?.tables ?? {}, table))
      if (!content || missing.length > 0) throw new Failure('not_an_ods', `Missing: ${missing.join(', ')}.`)
      const { odsVersion, dataStandard, tables } = content
      if (odsVersion !== null && Number.parseInt(odsVersion, 10) < oldestMajorVersion)
        throw new Failure('ods_version_unsupported', `The database says that it is of ODS version ${odsVersion}.`)
      const descriptors = tables['descriptor']?.length ?? 0
      if (descriptors === 0) throw new Failure('not_an_ods', 'There are no descriptors.')
      return { odsVersion, dataStandard, descriptors }
    }),
  )
}
