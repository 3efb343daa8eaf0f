import { fillTemplate, type TemplateContent } from './build-template.js'
import { createTemplateDatabase, type TemplateOptions, type TemplateOutcome } from './template-database.js'
import { readScript } from './template-scripts.js'

/** Where a large template goes, and what it is to look like. */
export interface LargeTemplateOptions extends TemplateOptions, Omit<TemplateContent, 'kind'> {
  /** Base tables in the end; default 741, as many as an ODS of Data Standard 5.2 has. */
  tables?: number | undefined
}

const tablesPerTransaction = 50

/**
 * Builds a minimal template with as many tables, indexes and files as a whole ODS (741, 3,900 files, 48 MB by default): what
 * cloning and dropping cost depends on them. For benchmarks; does nothing when a finished one is there.
 */
export async function buildLargeTemplate(options: LargeTemplateOptions): Promise<TemplateOutcome> {
  const tables = options.tables ?? 741
  return createTemplateDatabase(options, async (client) => {
    await fillTemplate(client, { ...options, kind: 'minimal' })
    await client.query(`SELECT set_config('sample_ods.tables', $1, false), set_config('sample_ods.batch', $2, false)`, [
      String(tables),
      String(tablesPerTransaction),
    ])
    const script = await readScript('400-large')
    for (let made = 0; made < tables; made += tablesPerTransaction) await client.query(script)
    await client.query('ANALYZE')
  })
}
