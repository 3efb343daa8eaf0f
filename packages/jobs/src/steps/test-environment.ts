import { defineStep } from '../engine/define-job.js'

/** Asks Admin API who it is, signs in, and (where it has tenants) makes sure that it knows the one named. */
export const testEnvironment = defineStep({
  name: 'test-environment',
  async run({ adminApi, job, signal }) {
    const api = await adminApi()
    const information = await api.information({ signal })
    const { adminTenant, signIn } = job.parameters as { adminTenant: string; signIn: boolean }
    if (signIn) await api.checkTenant({ signal })
    const { version, build, mode, tenants } = information
    return {
      result: {
        ok: true,
        version,
        build,
        mode,
        tenants,
        signedIn: signIn,
        adminTenant: adminTenant === '' ? null : adminTenant,
      },
      detail: signIn
        ? `Admin API ${version} answers and lets us in${adminTenant === '' ? '' : ` for tenant "${adminTenant}"`}.`
        : `Admin API ${version} answers. It lets nobody in without a tenant, and this environment has none yet.`,
    }
  },
})
