import { Failure } from '@edfi-tenants/core'

/** Fails with `not_supported`, as `capabilities` say. */
export const stopDatabase = (): Promise<never> => Promise.reject(refused())

/** Fails with `not_supported`: nothing of ours is ever stopped. */
export const startDatabase = (): Promise<never> => Promise.reject(refused())

const refused = () => new Failure('not_supported', 'Databases on Amazon RDS are not stopped and started one by one.')
