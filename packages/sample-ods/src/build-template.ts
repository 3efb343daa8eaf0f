import type pg from 'pg'
import { createTemplateDatabase, type TemplateOptions, type TemplateOutcome } from './template-database.js'
import { templateScripts, type TemplateKind } from './template-scripts.js'

/** What a template is to look like; the defaults are a stock ODS/API 7.3 with Data Standard 5.2. */
export interface TemplateContent {
  kind: TemplateKind
  /** What `util.getedfiodsversion()` answers; default `7.3`. */
  odsVersion?: string | undefined
  /** What `util.getedfistandardversion()` answers; default `5.2`. Below 5 contacts are called parents. */
  dataStandard?: string | undefined
  /** Default true. */
  withDeployJournal?: boolean | undefined
  /** Default true. */
  withVersionFunctions?: boolean | undefined
}

/** Where a template goes, and what it is to look like. */
export type BuildTemplateOptions = TemplateOptions & TemplateContent

/** Builds a sample ODS template in the shape of a real one (a second or two); does nothing when a finished one is there. */
export async function buildTemplate(options: BuildTemplateOptions): Promise<TemplateOutcome> {
  return createTemplateDatabase(options, (client) => fillTemplate(client, options))
}

/** Runs the scripts of a template in an empty database. */
export async function fillTemplate(client: pg.Client, content: TemplateContent): Promise<void> {
  const { kind, withDeployJournal = true, withVersionFunctions = true } = content
  const odsVersion = checkedVersion(content.odsVersion ?? '7.3')
  const dataStandard = checkedVersion(content.dataStandard ?? '5.2')
  await client.query(
    `SELECT set_config('sample_ods.ods_version', $1, false), set_config('sample_ods.data_standard', $2, false)`,
    [odsVersion, dataStandard],
  )
  const scripts = await templateScripts({ kind, dataStandard, withDeployJournal, withVersionFunctions })
  for (const script of scripts) await client.query(script)
}

function checkedVersion(version: string): string {
  if (!/^\d+(\.\d+)*$/.test(version)) throw new Error(`not a version: "${version}"`)
  return version
}
