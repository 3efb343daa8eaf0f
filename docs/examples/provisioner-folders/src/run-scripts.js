import { Failure } from '@edfi-tenants/core'
import { findDatabase, ours } from './database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'
import { ask, runScript, ScriptError } from './script-language.js'
import { withSession } from './sessions.js'
import { readContent, writeContent } from './tables.js'

/**
 * Runs all scripts on what was read, and writes the result at the end: all of it or nothing.
 * @type {import('@edfi-tenants/provisioner').Provisioner['runScripts']}
 */
export const runScripts = async (server, request, operation) => {
  const { databaseName, owner, login, scripts, parameters, verify } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, (root) =>
    withSession(root, databaseName, login, async (folder) => {
      ours(await findDatabase(root, databaseName), { owner })
      const content = (await readContent(folder)) ?? { odsVersion: null, dataStandard: null, tables: {} }
      for (const script of scripts) named(script.name, () => runScript(content.tables, script.sql, parameters))
      const verified = verify
        ? named(verify.name, () => /** @type {Checked[]} */ (ask(content.tables, verify.sql)))
        : []
      const failed = verified.filter(({ ok }) => !ok)
      if (failed.length > 0)
        throw new Failure('seed_failed', `${verify?.name}: ${failed.map(({ name, detail }) => `${name} (${detail})`)}`)
      await operation.fence()
      await writeContent(folder, content)
      return { verified }
    }),
  )
}

/** @typedef {{ name: string, ok: boolean, detail: string }} Checked */

/**
 * @template Value
 * @param {string} name
 * @param {() => Value} run
 */
function named(name, run) {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    throw new Failure('seed_failed', `${name}, line ${error.line}: ${error.message}.`)
  }
}
