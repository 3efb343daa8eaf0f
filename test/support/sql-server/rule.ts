import type { FakeSession } from './fake-sql-server.js'
import { SqlError, type SqlRows } from './start-tds-server.js'
import type { TdsStatement } from './tds-requests.js'

/** One statement of a batch on its way. */
export interface Run {
  session: FakeSession
  statement: TdsStatement
  results: SqlRows[]
  signal: AbortSignal
}

/** What a statement looks like, and what it does; rows that it returns are a result. */
export type Rule = [RegExp, (match: string[], run: Run) => unknown]

/** Parts of patterns: a quoted name, a quoted text, anything. */
export const name = String.raw`\[((?:[^\]]|\]\])+)\]`
export const text = String.raw`N'((?:[^']|'')*)'`
export const any = String.raw`[\s\S]*?`
/** What stands in quotes. */
export const unname = (quoted = ''): string => quoted.replaceAll(']]', ']')
export const untext = (quoted = ''): string => quoted.replaceAll("''", "'")
/** A parameter as a text. */
export const parameter = ({ statement }: Run, key: string): string => String(statement.parameters?.[key] ?? '')

/** Throws on a server that is only like SQL Server. */
export const unsupported = ({ session }: Run): void => {
  if (session.server.options.likeness) throw new SqlError(33557097, 'This is not supported.')
}

/** A rule from where the one before ended. */
export const rule = (pattern: string, act: Rule[1]): Rule => [new RegExp(pattern, 'iy'), act]
