import type { JobStack } from './job-stack.js'

/** The names of all registrations of the stack's Admin API tenant, as the simulator has them. */
export async function registrations(stack: JobStack): Promise<string[]> {
  const response = await fetch(`${stack.simulator.controlUrl}/tenants/district-one/odsInstances`)
  return ((await response.json()) as { name: string }[]).map((row) => row.name).sort()
}
