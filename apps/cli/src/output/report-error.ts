import { ApiError } from '@edfi-tenants/api-client'
import { CommanderError } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { Refusal, type RefusalFault } from '../refusal.js'
import type { Output } from './output.js'

/** How many faults are shown to people; machines get all. */
const shownFaults = 100

/** Says why a command has failed; `hint` is what to do where something goes on meanwhile. Returns the exit code. */
export function reportError(output: Output, error: unknown, hint: string | undefined): number {
  const report = reportOf(error)
  // Its own output has said it already.
  if (!(error instanceof CommanderError)) {
    output.note(report.message)
    for (const fault of report.faults.slice(0, shownFaults)) output.note(`  ${inWords(fault)}`)
    if (report.faults.length > shownFaults)
      output.note(`  … and ${report.faults.length - shownFaults} more; \`--json\` has them all.`)
  }
  const isNowhere = error instanceof ApiError && error.code === 'not_found'
  if (hint !== undefined && !isNowhere) output.note(hint)
  const { message: detail, ...others } = report
  output.document({ error: { detail, ...others } })
  return exitCodes.refused
}

interface Report {
  code: string
  message: string
  requestId?: string
  faults: readonly RefusalFault[]
}

function reportOf(error: unknown): Report {
  if (error instanceof Refusal) return { code: error.code, message: error.message, faults: error.faults }
  if (error instanceof CommanderError) return { code: 'bad_usage', message: error.message, faults: [] }
  if (error instanceof ApiError) {
    const faults = error.errors.map(({ pointer, detail }) => ({ where: pointer, detail }))
    const requestId = error.requestId === null ? '' : ` (request ${error.requestId})`
    return {
      code: error.code,
      message: `${error.code}: ${faults.length > 0 ? `${error.title}.` : error.detail}${requestId}`,
      ...(error.requestId === null ? {} : { requestId: error.requestId }),
      faults,
    }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'internal_error', message, faults: [] }
}

function inWords({ line, ref, where, detail }: RefusalFault): string {
  const place = [line === undefined ? '' : `line ${line}`, ref ? `(${ref})` : '', where].filter((part) => part !== '')
  return `${place.join(' ')}: ${detail}`
}
