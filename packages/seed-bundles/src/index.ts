export { checkParameters } from './check-parameters.js'
export * from './load-seed-bundles.js'
export * from './seed-bundle.js'
