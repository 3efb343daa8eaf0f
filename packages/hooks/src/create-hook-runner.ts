import { Failure } from '@edfi-tenants/core'
import { keepContainer } from './containers/container-hook.js'
import { openEngines, type EngineSettings } from './containers/engines.js'
import { createPatterns } from './containers/patterns.js'
import type { IsAllowedHost } from './guarded-lookup.js'
import type { HookCall, HookOutcome } from './hook-call.js'
import { callHttpHook } from './http-hook.js'

/** Makes the calls of deployment hooks. */
export interface HookRunner {
  /** Calls a hook, or looks how an earlier call goes. Throws `hook_failed`, `hook_refused` or `target_host_refused`. */
  call(call: HookCall): Promise<HookOutcome>
}

/** What the operator of a worker allows hooks. */
export interface HookRunnerOptions {
  isAllowedHost: IsAllowedHost
  installationId: string
  engines: readonly EngineSettings[]
  /** Patterns of images that containers may be made of; `*` stands for any text. None: no containers. */
  images: readonly string[]
  /** Patterns of networks that containers may join, besides the engine's default one. */
  networks: readonly string[]
  /** The address of the engine's machine on which ports of containers are reachable. */
  portsAddress: string
}

/** Prepares to call hooks. Nothing of Docker is loaded before the first container. */
export function createHookRunner(options: HookRunnerOptions): HookRunner {
  const engines = openEngines(options.engines)
  const containers = {
    engine: (name: string) => engines.open(name),
    installationId: options.installationId,
    isAllowedImage: createPatterns(options.images),
    isAllowedNetwork: createPatterns(options.networks),
    portsAddress: options.portsAddress,
  }
  return {
    call(call) {
      if (call.hook.http) return callHttpHook(call, call.hook.http, options.isAllowedHost)
      if (call.hook.container) return keepContainer(call, call.hook.container, containers)
      throw new Failure('hook_failed', `The hook "${call.hook.name}" is neither a call nor a container.`)
    },
  }
}
