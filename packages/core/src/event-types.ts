/** Everything that is told in event streams and sent to webhooks, and what it says in `data`. */
export const eventTypes = {
  'job.queued': 'The job was accepted.',
  'job.claimed': 'A worker took the job up, for the first time or again.',
  'job.waiting':
    'The job was put back: `for` says what it waits for (`slot`, the code of a fault; null: nothing), `milliseconds` how long at least.',
  'job.cancel-requested': 'Somebody asked for the job to be cancelled.',
  'job.undoing': 'The job turned back and undoes what it has done: `code` of the problem.',
  'job.retried': 'The failed or cancelled job was queued once more: `attempt`.',
  'job.succeeded': 'The job has ended well.',
  'job.failed': 'The job has failed: `code` of the problem.',
  'job.cancelled': 'The job was cancelled, and what it had done is undone.',
  'step.started': 'A step of the job began: `step`.',
  'step.succeeded': 'A step is done: `step`.',
  'step.skipped': 'A step had nothing to do: `step`.',
  'step.failed': 'A step has failed for good: `step`, and `code` of the problem.',
  'step.undone': 'What a step did was undone: `step`.',
  'step.undo-failed': 'What a step did could not be undone: `step`, and `code` of the problem.',
  'instance.health_changed':
    'Two checks in a row found another health than was last told: `name` of the instance, `from`, `to`, `reason`.',
  'batch.finished': 'The last job of a batch has ended: `operation`, `total`, `status`, `counts`.',
} as const
export type EventType = keyof typeof eventTypes

/** What a webhook may ask for: a type, all of one kind, or all. */
export const eventTypePatterns: readonly string[] = [
  ...Object.keys(eventTypes),
  ...new Set(Object.keys(eventTypes).map((type) => type.replace(/\..*$/, '.*'))),
  '*',
]

/** What a webhook gets that does not say: how things ended. */
export const defaultEventTypes: readonly EventType[] = [
  'job.succeeded',
  'job.failed',
  'job.cancelled',
  'instance.health_changed',
  'batch.finished',
]
