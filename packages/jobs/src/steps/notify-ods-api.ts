import type { CacheType } from '@edfi-tenants/ods-api'
import { defineStep, type Step } from '../engine/define-job.js'

/** How long ODS/API keeps what it knows of an instance unless its own settings say otherwise. */
const defaultCacheSeconds = 300

/**
 * A step that tells ODS/API to forget what it has cached of these kinds, so that a change shows at once: `ods-instances`
 * after a registration, its connection string or contexts changed, `api-client-details` after clients did. It never fails
 * a job: without it ODS/API learns of the change when its caches end. Its output is `{published, heard, at}`; nobody
 * has heard what was published without subscribers.
 */
export const notifyOdsApi = (caches: readonly CacheType[]): Step =>
  defineStep({
    name: 'notify-ods-api',
    async run({ odsApi, settings, signal }) {
      const outcome = await (await odsApi()).notify(caches, { signal })
      const minutes = Math.ceil(Math.max(defaultCacheSeconds, settings.odsApiCacheSeconds) / 60)
      const otherwise = `ODS/API learns within ${minutes} minutes`
      return {
        output: {
          published: outcome.published,
          heard: outcome.published && outcome.subscribers > 0,
          at: new Date().toISOString(),
        },
        detail: outcome.published
          ? `published, ${outcome.subscribers} ${outcome.subscribers === 1 ? 'subscriber' : 'subscribers'}`
          : `${outcome.reason === 'unreachable' ? 'unreachable' : 'not configured'}: ${otherwise}`,
      }
    },
  })
