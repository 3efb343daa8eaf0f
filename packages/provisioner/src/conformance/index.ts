export type { ConformanceServer } from './conformance-server.js'
export { describeProvisioner, type ConformanceOptions } from './describe-provisioner.js'
