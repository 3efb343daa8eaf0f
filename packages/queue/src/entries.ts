import type { DefaultJobOptions } from 'bullmq'
import type { Ring } from './port.js'

/** All that an entry carries: everything else is read from the job's row. Entries are plain text for whoever sees Redis. */
export interface EntryData {
  jobId: string
}

/** First part of every Redis key. The PostgreSQL backend has a schema instead. */
export const keyPrefix = 'edfi-tenants'
/** The name of every entry; what kind of job it is says its row. */
export const entryName = 'job'

const queueNamePrefix = 'jobs-'
const routePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?$/

/**
 * The name of a route's queue as operators see it: `jobs-default.postgresql`. The dot stays, because both parts may hold
 * dashes and two routes must never share a queue. Throws on anything but `<pool>` or `<pool>.<engine>`.
 */
export function queueNameOf(route: string): string {
  if (!routePattern.test(route)) throw new RangeError(`Not a route: ${JSON.stringify(route)}`)
  return queueNamePrefix + route
}

/** Whether a text is a route, `<pool>` or `<pool>.<engine>`. */
export const isRoute = (text: string): boolean => routePattern.test(text)

/** Whether a queue is one of ours, judged by its name. */
export const isQueueName = (name: string): boolean =>
  name.startsWith(queueNamePrefix) && routePattern.test(name.slice(queueNamePrefix.length))

/** The id of an entry, unique per ring. BullMQ allows no colon in it. */
export const entryIdOf = ({ jobId, ring }: Pick<Ring, 'jobId' | 'ring'>): string => `${jobId}-r${String(ring)}`

/** How long finished entries stay for the dashboard: the last 1,000 per queue, a day at most. */
const kept = { count: 1000, age: 24 * 60 * 60 }

/** One attempt: whether a job is repeated, and when, is decided on its row. No stack, it could quote what must not be shown. */
export const entryOptions: DefaultJobOptions = {
  attempts: 1,
  removeOnComplete: kept,
  removeOnFail: kept,
  stackTraceLimit: 0,
}
