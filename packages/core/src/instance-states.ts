/** An instance's states, the moves between them, and the questions asked about them. */
export const instanceStatuses = [
  'provisioning',
  'active',
  'stopped',
  'deleting',
  'deleted',
  'purged',
  'failed',
] as const
export type InstanceStatus = (typeof instanceStatuses)[number]

const moves: Record<InstanceStatus, readonly InstanceStatus[]> = {
  provisioning: ['active', 'failed'],
  active: ['stopped', 'deleting', 'failed'],
  stopped: ['active', 'deleting', 'failed'],
  deleting: ['deleted', 'active', 'stopped', 'failed'],
  deleted: ['active', 'deleting', 'purged', 'failed'],
  purged: [],
  failed: ['provisioning', 'active', 'deleting'],
}

/** Whether an instance may move from one status to another. */
export const canMoveInstance = (from: InstanceStatus, to: InstanceStatus): boolean => moves[from].includes(to)

/** How an instance's database came to be. */
export const instanceOrigins = ['created', 'cloned', 'restored', 'adopted'] as const
export type InstanceOrigin = (typeof instanceOrigins)[number]

/** What a health check says of an instance; `unknown` until one has run. */
export const healthStatuses = ['healthy', 'degraded', 'unreachable', 'stopped', 'unknown'] as const
export type HealthStatus = (typeof healthStatuses)[number]
