import type { StepContext } from '../engine/define-job.js'

/** What an adoption is asked for besides its instance, as its job's parameters hold it. */
export interface AdoptParameters {
  /** A registration that there is already and that becomes the instance's. */
  odsInstanceId?: number
  /** The instance whose marker stands in the database, where nothing is on record of it any more. */
  replaces?: string
}

/** The parameters of this job. */
export const adoptParameters = ({ job }: Pick<StepContext, 'job'>): AdoptParameters => job.parameters
