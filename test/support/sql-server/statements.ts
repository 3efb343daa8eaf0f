import { azureRules } from './azure-rules.js'
import { controlRules } from './control-rules.js'
import { databaseRules } from './database-rules.js'
import { odsRules } from './ods-rules.js'
import { rdsRules } from './rds-rules.js'
import type { Rule, Run } from './rule.js'
import { serverRules } from './server-rules.js'
import { SqlError, type SqlRows } from './start-tds-server.js'

/** Runs one statement after the other; each has to match a rule. Errors have the line of their statement. */
export async function runStatements(all: string, run: Run): Promise<void> {
  for (let at = 0; ;) {
    at += /^[\s;]*/.exec(all.slice(at))?.[0].length ?? 0
    if (at >= all.length) return
    const line = all.slice(0, at).split('\n').length
    const found = rulesOf(run)
      .map(([pattern, act]) => {
        pattern.lastIndex = at
        return { match: pattern.exec(all), act }
      })
      .find(({ match }) => match !== null)
    if (!found?.match) throw new SqlError(102, `Incorrect syntax near: ${all.slice(at, at + 80)}`, line)
    at += found.match[0].length
    run.signal.throwIfAborted()
    try {
      const refused = /^begin try/.test(found.match[0]) ? undefined : run.session.server.refuse?.(found.match[0])
      if (refused) throw refused
      const rows = await found.act(found.match.slice(1), run)
      if (Array.isArray(rows)) run.results.push(rows as SqlRows)
    } catch (error) {
      if (error instanceof SqlError && error.line === 1)
        throw new SqlError(error.number, error.message, line, error.before)
      throw error
    }
  }
}

const rulesOf = ({ session }: Run): Rule[] => (session.server.options.azure ? azure : rules)

const rules: Rule[] = [...controlRules, ...databaseRules, ...rdsRules, ...serverRules, ...odsRules]
const azure: Rule[] = [...azureRules, ...rules]
