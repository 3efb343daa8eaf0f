import { Failure } from '@edfi-tenants/core'

/** What a call means to us when the thing is gone already. */
export const gone = { 'not-found': () => undefined }

/** Throws `registration_missing`. */
export const registrationMissing = (odsInstanceId: number) => (): never => {
  throw new Failure('registration_missing', `Admin API has no ODS instance with the id ${odsInstanceId}.`)
}

/** Throws `application_missing`; for an application, one of its credentials, or a vendor. */
export const applicationMissing = (what: 'application' | 'API client' | 'vendor', id: number) => (): never => {
  throw new Failure('application_missing', `Admin API has no ${what} with the id ${id}.`)
}
