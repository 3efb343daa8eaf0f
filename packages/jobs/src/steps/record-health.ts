import { readHealthSubjects, recordHealth as writeHealth } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { counted, probed, registered } from '../health/findings.js'
import { judgeHealth } from '../health/judge-health.js'

/** Records what was found, all of it by one statement, once: a second try finds that the first one did. */
export const recordHealth = defineStep({
  name: 'record',
  async run(context) {
    const { job, saved, store } = context
    if (saved !== null) return { detail: 'It was recorded already.' }
    const found = probed(context)
    const counts = counted(context)
    const registrations = registered(context)
    const subjects = await readHealthSubjects(store.database, { ids: Object.keys(found.seen) })
    const judged = subjects.flatMap((subject) => {
      const outside = registrations[subject.id]
      if (!outside) return []
      return [
        judgeHealth(subject, {
          probed: found,
          seen: found.seen[subject.id] ?? null,
          counted: counts[subject.id],
          ...outside,
        }),
      ]
    })
    const byStatus = await writeHealth(
      store.database,
      { jobId: job.id, epoch: job.epoch },
      { position: job.steps.findIndex(({ name }) => name === 'record'), since: found.since, found: judged },
    )
    const words = Object.entries(byStatus).map(([status, instances]) => `${instances} ${status}`)
    return {
      result: { instances: judged.length, byHealth: byStatus },
      detail: words.length > 0 ? `${words.join(', ')}.` : 'There was nothing to check.',
    }
  },
})
