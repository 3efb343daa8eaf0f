import { isFailure } from '@edfi-tenants/core'

/**
 * What a failure says about the health of what was asked, as `code: sentence`. Passes on what says nothing about it: that
 * this worker was stopped or has lost its job, and errors of our own.
 */
export function findingOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || !isFailure(error) || error.code === 'lease_lost') throw error
  return `${error.code}: ${error.message}`
}
