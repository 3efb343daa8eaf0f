import { defineStep } from '../engine/define-job.js'

/** Asks Admin API who it is, signs in, and (where a tenant is named) makes sure that it knows the tenant. */
export const testEnvironment = defineStep({
  name: 'test-environment',
  async run({ adminApi, job, signal }) {
    const api = await adminApi()
    const information = await api.information({ signal })
    await api.checkTenant({ signal })
    const tenant = job.parameters['adminTenant']
    return {
      result: {
        ok: true,
        version: information.version,
        build: information.build,
        mode: information.mode,
        tenants: information.tenants,
      },
      detail: `Admin API ${information.version} answers and lets us in${typeof tenant === 'string' && tenant !== '' ? ` for tenant "${tenant}"` : ''}.`,
    }
  },
})
