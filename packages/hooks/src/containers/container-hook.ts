import { Failure, isFailure, type ContainerHookSettings, type HookEvent, type JsonObject } from '@edfi-tenants/core'
import type Docker from 'dockerode'
import type { Container, ContainerInspectInfo } from 'dockerode'
import { oneLine } from '../answer.js'
import type { HookCall, HookOutcome } from '../hook-call.js'
import { containerConfig, containerName, ourLabels } from './container-config.js'
import { pullImage } from './pull-image.js'

/** What containers may be made of, and where. */
export interface ContainerRules {
  engine: (name: string) => Promise<Docker>
  installationId: string
  isAllowedImage: (image: string) => boolean
  isAllowedNetwork: (network: string) => boolean
  portsAddress: string
}

/** How often it is looked whether a container has come up, in milliseconds. */
const lookMs = 1_000

/** How long a container without a health check must have run to count as up, in milliseconds. */
const steadyMs = 1_500

/** How long a container may take to stop of its own, in seconds. */
const stopSeconds = 15

type Wanted = 'running' | 'stopped' | 'absent'

const wantedAfter: Record<HookEvent, Wanted> = {
  afterRegister: 'running',
  afterStart: 'running',
  afterStop: 'stopped',
  beforeUnregister: 'absent',
  afterDelete: 'absent',
}

/** What is wanted once an event was taken back; for an instance that is stopped nothing is made. */
const wantedAfterUndo: Record<HookEvent, Wanted> = {
  afterRegister: 'absent',
  afterStart: 'stopped',
  afterStop: 'running',
  beforeUnregister: 'running',
  afterDelete: 'running',
}

function wantedBy({ action, event, instance }: HookCall): Wanted {
  if (action === 'run') return wantedAfter[event]
  const wanted = wantedAfterUndo[event]
  return wanted === 'running' && instance.isStopped && event !== 'afterStop' ? 'absent' : wanted
}

/** Brings the container of an instance into the state that an event wants: running, stopped or gone. Can be repeated. */
export async function keepContainer(
  call: HookCall,
  settings: ContainerHookSettings,
  rules: ContainerRules,
): Promise<HookOutcome> {
  const wanted = wantedBy(call)
  try {
    const engine = await rules.engine(settings.engine)
    if (wanted === 'absent') return await remove(engine, call, rules)
    if (wanted === 'stopped') return await stop(engine, call, rules)
    return await keepRunning(engine, call, settings, rules)
  } catch (error) {
    throw engineFailure(error, settings.engine)
  }
}

async function remove(engine: Docker, call: HookCall, rules: ContainerRules): Promise<HookOutcome> {
  const found = await findOurs(engine, call, rules)
  if (!found) return done(`There was no container ${containerName(call)}.`)
  await settled(engine.getContainer(found.Id).stop({ t: stopSeconds }))
  await settled(engine.getContainer(found.Id).remove({ force: true, v: true }))
  return done(`Container ${containerName(call)} was removed.`)
}

async function stop(engine: Docker, call: HookCall, rules: ContainerRules): Promise<HookOutcome> {
  const found = await findOurs(engine, call, rules)
  if (!found) return done(`There was no container ${containerName(call)}.`)
  await settled(engine.getContainer(found.Id).stop({ t: stopSeconds }))
  return done(`Container ${containerName(call)} was stopped.`)
}

async function keepRunning(
  engine: Docker,
  call: HookCall,
  settings: ContainerHookSettings,
  rules: ContainerRules,
): Promise<HookOutcome> {
  if (!rules.isAllowedImage(settings.image))
    throw new Failure('hook_refused', `The image "${settings.image}" is not allowed here (HOOK_IMAGES_ALLOWED).`)
  if (settings.network !== null && !rules.isAllowedNetwork(settings.network))
    throw new Failure('hook_refused', `The network "${settings.network}" is not allowed here (HOOK_NETWORKS_ALLOWED).`)
  const config = containerConfig(call, settings, rules)
  const found = await findOurs(engine, call, rules)
  const isSame = found?.Config.Labels[ourLabels.config] === config.Labels[ourLabels.config]
  // A call that was begun has made its container already; a newer image is for the next one.
  if (found && isSame && (call.state !== null || (await isOfPresentImage(engine, call, settings, found))))
    return comeUp(engine.getContainer(found.Id), call, settings)
  if (!found) await pullImage(engine, settings, call.signal)
  else await settled(engine.getContainer(found.Id).remove({ force: true, v: true }))
  const made = await engine.createContainer({ ...config, name: containerName(call) })
  return comeUp(made, call, settings)
}

/** Whether a container is of the image that its name stands for now. Pulls it where that is asked for. */
async function isOfPresentImage(
  engine: Docker,
  call: HookCall,
  settings: ContainerHookSettings,
  found: ContainerInspectInfo,
): Promise<boolean> {
  await pullImage(engine, settings, call.signal)
  const { Id } = await engine.getImage(settings.image).inspect()
  return found.Image === Id
}

async function comeUp(container: Container, call: HookCall, settings: ContainerHookSettings): Promise<HookOutcome> {
  const name = containerName(call)
  const until = typeof call.state?.['until'] === 'string' ? call.state['until'] : null
  if (until === null) await settled(container.start())
  const { State } = await container.inspect()
  const health = State.Health?.Status ?? 'none'
  const isSteady = Date.now() - Date.parse(State.StartedAt) >= steadyMs
  if (State.Running && !State.Restarting && (health === 'healthy' || (health === 'none' && isSteady)))
    return done(`Container ${name} is ${health === 'healthy' ? 'healthy' : 'running'}.`)
  const isOver = until !== null && Date.parse(until) < Date.now()
  if (State.Running ? isOver : settings.restart === 'no' || isOver)
    throw new Failure(
      'hook_failed',
      State.Running
        ? `Container ${name} was not healthy after ${settings.healthTimeoutMs / 1000} s.`
        : `Container ${name} ended with code ${State.ExitCode}; its log says why.`,
    )
  const deadline = until ?? new Date(Date.now() + settings.healthTimeoutMs).toISOString()
  const state: JsonObject = { until: deadline }
  return { done: false, waitMs: lookMs, state, detail: `Container ${name} is coming up.` }
}

/** The container of this name, if it is ours for this instance; fails where somebody else's has the name. */
async function findOurs(
  engine: Docker,
  call: HookCall,
  { installationId }: ContainerRules,
): Promise<ContainerInspectInfo | null> {
  const name = containerName(call)
  const found = await engine
    .getContainer(name)
    .inspect()
    .catch((error: unknown) => {
      if (statusOf(error) === 404) return null
      throw error
    })
  if (!found) return null
  const labels = found.Config.Labels
  if (labels[ourLabels.installation] !== installationId || labels[ourLabels.instance] !== call.instance.id)
    throw new Failure('hook_refused', `There is a container ${name} that is not ours; it is not touched.`)
  return found
}

const done = (detail: string): HookOutcome => ({ done: true, detail })

/** Waits, and takes for done what was so before: 304 is running or stopped already, 404 gone, 409 being removed. */
async function settled(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (![304, 404, 409].includes(statusOf(error) ?? 0)) throw error
  }
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode

/** What an engine refused, or that it is not there, as a failure of ours. */
function engineFailure(error: unknown, engine: string): unknown {
  if (isFailure(error) || (error as { name?: string }).name === 'AbortError') return error
  const status = statusOf(error)
  if (status === undefined) {
    const { code } = error as { code?: string }
    return new Failure('hook_failed', `The Docker engine "${engine}" cannot be reached (${code ?? 'unknown'}).`, {
      retryable: true,
      cause: error,
    })
  }
  const { message } = (error as { json?: { message?: string } }).json ?? {}
  return new Failure('hook_failed', `The Docker engine "${engine}" answered ${status}: ${oneLine(message ?? '')}`, {
    retryable: status >= 500,
    cause: error,
  })
}
