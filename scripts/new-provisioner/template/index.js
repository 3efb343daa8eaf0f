export { provisioner } from './src/index.js'
