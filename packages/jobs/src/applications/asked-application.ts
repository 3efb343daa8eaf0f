import type { StepContext } from '../engine/define-job.js'

/** An application that a request asks for: a new one, or one that is there and shall serve the instance too. */
export type AskedApplication = NewAskedApplication | { applicationId: number } | { apiClientId: number }

/** One that is made for the instance. */
export interface NewAskedApplication {
  applicationName: string
  vendor: { id: number } | AskedVendor
  claimSetName: string
  educationOrganizationIds: readonly number[]
  profileIds?: readonly number[] | undefined
}

/** Looked up by its company before it is made. */
export interface AskedVendor {
  company: string
  namespacePrefixes: readonly string[]
  contactName: string
  contactEmailAddress: string
}

/** What the job was asked for. */
export const askedApplications = ({ job }: Pick<StepContext, 'job'>): AskedApplication[] =>
  (job.parameters['applications'] ?? []) as unknown as AskedApplication[]
