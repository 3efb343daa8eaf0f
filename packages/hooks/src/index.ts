export { createHookRunner } from './create-hook-runner.js'
export type { HookRunner, HookRunnerOptions } from './create-hook-runner.js'
export type { EngineSettings } from './containers/engines.js'
export type { HookCall, HookOutcome } from './hook-call.js'
