export {
  readBatchEnd,
  readBatchEvents,
  readEvents,
  readJobEnd,
  readJobEvents,
  readSnapshot,
  type EventFilter,
  type EventPage,
  type EventRow,
} from './read-events.js'
export * from './remove-old-events.js'
export * from './snapshot.js'
