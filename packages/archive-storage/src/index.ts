export * from './archive-storage.js'
export * from './open-archive-storage.js'
