import type { Engine } from '../options.js'
import { acceptsValue, parsePairs, type Keywords } from './grammar.js'
import { npgsqlBooleans, npgsqlKeywords } from './npgsql.js'
import { sqlClientBooleans, sqlClientKeywords } from './sql-client.js'

const drivers: Record<Engine, { keywords: Keywords; booleans: readonly string[] }> = {
  PostgreSql: { keywords: npgsqlKeywords, booleans: npgsqlBooleans },
  SqlServer: { keywords: sqlClientKeywords, booleans: sqlClientBooleans },
}

/** Whether the engine's driver could parse the text. Only syntax and keywords count, nothing is connected to. */
export function isValidConnectionString(engine: Engine, text: string): boolean {
  const { keywords, booleans } = drivers[engine]
  const pairs = parsePairs(text)
  return (
    pairs !== null &&
    pairs.every(([keyword, value]) => {
      const kind = keywords.get(keyword)
      return kind !== undefined && acceptsValue(kind, value, booleans)
    })
  )
}
