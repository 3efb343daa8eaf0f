export { exitCodes } from './exit-codes.js'
export { run } from './run.js'
export { Interruption, type Surroundings } from './surroundings.js'
