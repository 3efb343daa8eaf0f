import { readFile } from 'node:fs/promises'

/** `minimal`: structure, descriptors and school years. `populated`: a sample district with 1,000 students as well. */
export type TemplateKind = 'minimal' | 'populated'

/** What decides which scripts of `sql/` run, and how they read. */
export interface ScriptOptions {
  kind: TemplateKind
  dataStandard: string
  withDeployJournal: boolean
  withVersionFunctions: boolean
}

/** The text of one script of `sql/`, e.g. `010-schemas`. */
export async function readScript(name: string): Promise<string> {
  return readFile(new URL(`../sql/${name}.sql`, import.meta.url), 'utf8')
}

/** Names of the scripts that make up a template, in the order in which they run. */
export function scriptNames({ kind, withDeployJournal, withVersionFunctions }: Omit<ScriptOptions, 'dataStandard'>) {
  return [
    '010-schemas',
    '020-descriptors',
    '030-education-organizations',
    '040-people',
    '050-courses',
    '060-enrollment',
    '070-student-records',
    '080-tpdm',
    '090-interop',
    '100-change-queries',
    '110-authorization',
    '120-school-years',
    '130-descriptor-values',
    ...(withVersionFunctions ? ['140-versions'] : []),
    ...(withDeployJournal ? ['150-deploy-journal'] : []),
    ...(kind === 'populated'
      ? ['300-sample-district', '310-sample-people', '320-sample-courses', '330-sample-student-records']
      : []),
    '190-finish',
  ]
}

/**
 * Writes the SQL of a current ODS in the words of an older data standard. Data Standard 5 renamed parents to contacts,
 * in table, column and view names alike.
 */
export function inWordsOf(dataStandard: string, sql: string): string {
  if (Number.parseInt(dataStandard, 10) >= 5) return sql
  return sql
    .replaceAll(/contact(?=usi|uniqueid|_ui_)/g, 'parent')
    .replaceAll(/(?<=\bedfi\.(?:student)?)contact(?=association\b|\b)/gi, (word) =>
      word.startsWith('C') ? 'Parent' : 'parent',
    )
}

/** The SQL texts that make up a template, in the order in which they run. */
export async function templateScripts(options: ScriptOptions): Promise<string[]> {
  const texts = await Promise.all(scriptNames(options).map(readScript))
  return texts.map((text) => inWordsOf(options.dataStandard, text))
}
