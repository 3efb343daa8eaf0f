import { onServer } from './connect.js'
import { countedTables } from './counted-tables.js'
import { assertName } from './names.js'
import { ask } from './script-language.js'
import { withSession } from './sessions.js'
import { readContent } from './tables.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['countDatabase']} */
export const countDatabase = async (server, { databaseName, login, checks = [] }, operation) => {
  assertName(databaseName)
  const start = performance.now()
  return onServer(server, operation, (root) =>
    withSession(root, databaseName, login, async (folder) => {
      const content = await readContent(folder)
      const tables = content?.tables ?? {}
      return {
        latencyMs: Math.round(performance.now() - start),
        odsVersion: content?.odsVersion ?? null,
        dataStandard: content?.dataStandard ?? null,
        counts: countsOf(tables),
        countsMode: 'exact',
        newestChangeAt: newestChange(tables),
        checks: checks.map(({ name, sql }) => ({ name, ...check(tables, sql) })),
      }
    }),
  )
}

/** @param {import('./tables.js').Content['tables']} tables @returns {Record<string, number | null>} */
function countsOf(tables) {
  const counts = Object.entries(countedTables).map(([key, names]) => {
    const table = names.find((name) => Object.hasOwn(tables, name))
    return [key, table === undefined ? null : (tables[table]?.length ?? null)]
  })
  const enrolments = tables['studentschoolassociation']
  const today = new Date().toISOString().slice(0, 10)
  const active = enrolments?.filter((row) => {
    const end = /** @type {{ exitwithdrawdate?: string }} */ (row).exitwithdrawdate
    return end === undefined || end > today
  })
  return { ...Object.fromEntries(counts), activeEnrolments: active?.length ?? null }
}

/** @param {import('./tables.js').Content['tables']} tables */
function newestChange(tables) {
  const dates = Object.values(countedTables)
    .flat()
    .flatMap((name) => tables[name] ?? [])
    .flatMap((row) => /** @type {{ lastmodifieddate?: string }} */ (row).lastmodifieddate ?? [])
  return dates.length === 0 ? null : new Date(dates.reduce((a, b) => (a > b ? a : b))).toISOString()
}

/** A question that cannot be read is a finding, like one that is answered with rows. */
function check(/** @type {import('./tables.js').Content['tables']} */ tables, /** @type {string} */ question) {
  try {
    const rows = ask(tables, question)
    return { ok: rows.length === 0, detail: rows.length === 0 ? 'No rows.' : `${rows.length} rows.` }
  } catch (error) {
    return { ok: false, detail: /** @type {Error} */ (error).message }
  }
}
