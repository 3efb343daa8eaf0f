export { composeApi, type Api } from './compose.js'
export { listen } from './listen.js'
