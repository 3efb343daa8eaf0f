/**
 * What stands for SQL here. A script is a list of lines `insert TABLE JSON`, where `{"$parameter": "name"}` is the value of a
 * parameter; a question is one line `rows TABLE`, `rows TABLE FIELD=VALUE`, or `expect TABLE NUMBER`, which answers with
 * `{ name, ok, detail }`. Empty lines, and those that begin with `#`, say nothing.
 */

/** @typedef {import('./tables.js').Content['tables']} Tables */

export class ScriptError extends Error {
  /** @param {number} line @param {string} message */
  constructor(line, message) {
    super(message)
    this.line = line
  }
}

/**
 * Runs a script; changes `tables`, so give it a copy.
 * @param {Tables} tables
 * @param {string} script
 * @param {import('@edfi-tenants/core').JsonObject} parameters
 */
export function runScript(tables, script, parameters) {
  for (const [index, line] of script.split('\n').entries()) {
    if (isEmpty(line)) continue
    const [, table = '', json = ''] = /^\s*insert (\w+) (.*)$/.exec(line) ?? []
    const rows = tables[table]
    if (!rows || !Object.hasOwn(tables, table)) throw new ScriptError(index + 1, 'no such table, or not an insert')
    rows.push(parseRow(json, parameters, index + 1))
  }
}

/** @param {string} json @param {import('@edfi-tenants/core').JsonObject} parameters @param {number} line */
function parseRow(json, parameters, line) {
  try {
    return JSON.parse(json, (_key, value) =>
      typeof value?.$parameter === 'string' ? (parameters[value.$parameter] ?? null) : value,
    )
  } catch {
    throw new ScriptError(line, 'not a JSON object')
  }
}

/** @param {Tables} tables @param {string} question @returns {object[]} */
export function ask(tables, question) {
  const lines = question.split('\n').filter((line) => !isEmpty(line))
  return lines.flatMap((line, index) => {
    const [, verb, table = '', rest = ''] = /^\s*(rows|expect) (\w+) ?(.*)$/.exec(line) ?? []
    const rows = tables[table]
    if (!rows || !Object.hasOwn(tables, table)) throw new ScriptError(index + 1, 'no such table, or not a question')
    if (verb === 'expect')
      return [{ name: table, ok: rows.length >= Number(rest), detail: `${rows.length} of ${rest} rows` }]
    const [field = '', value] = rest.split('=')
    return field === '' ? rows : rows.filter((row) => String(/** @type {any} */ (row)[field]) === value)
  })
}

/** @param {string} line */
const isEmpty = (line) => /^\s*(#|$)/.test(line)
