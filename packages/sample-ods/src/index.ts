export { buildLargeTemplate, type LargeTemplateOptions } from './build-large-template.js'
export { buildTemplate, type BuildTemplateOptions } from './build-template.js'
export type { TemplateOptions, TemplateOutcome } from './template-database.js'
export type { TemplateKind } from './template-scripts.js'
