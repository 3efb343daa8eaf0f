import type { HealthStatus } from '@edfi-tenants/core'
import type { InstancePatch } from '@edfi-tenants/store'

/** What is known of an instance's health right after a job has changed it, until it is checked again. */
export const healthNow = (
  healthStatus: HealthStatus,
): Pick<InstancePatch, 'healthStatus' | 'healthSince' | 'health'> => ({
  healthStatus,
  healthSince: new Date().toISOString(),
  health: null,
})
