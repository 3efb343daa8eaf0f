/** When deployment hooks are called, in the order of an instance's life. */
export const hookEvents = ['afterRegister', 'afterStart', 'afterStop', 'beforeUnregister', 'afterDelete'] as const
export type HookEvent = (typeof hookEvents)[number]

/** Whether a hook is called because something happens, or because what it did is taken back. */
export type HookAction = 'run' | 'undo'

/** A hook that is a signed HTTP call. */
export interface HttpHookSettings {
  url: string
  /** How long one call may take, in milliseconds. */
  timeoutMs: number
  /** How long an answer 202 is followed up, in seconds. */
  pollForSeconds: number
  /** Names of the headers that are sent along; their values are sealed. */
  headerNames: string[]
}

/** A port of a container that is reachable on its engine's machine. */
export interface ContainerPort {
  container: number
  /** Absent: the engine chooses a free one. */
  host?: number
  protocol?: 'tcp' | 'udp'
}

/** A hook that keeps a container beside the instance. */
export interface ContainerHookSettings {
  /** One of the engines that the operator has named to the worker. */
  engine: string
  image: string
  environment: Record<string, string>
  /** Names of further environment variables, whose values are sealed. */
  secretNames: string[]
  ports: ContainerPort[]
  network: string | null
  command: string[] | null
  labels: Record<string, string>
  restart: 'no' | 'on-failure' | 'unless-stopped'
  pull: 'always' | 'missing' | 'never'
  /** How long it may take to run, or to be healthy where its image says how to tell, in milliseconds. */
  healthTimeoutMs: number
}

/** A deployment hook of an environment, a database server or a tenant, as it is kept; never with a secret. */
export interface DeploymentHook {
  name: string
  events: HookEvent[]
  /** Whether its failure fails the job. */
  required: boolean
  /** How long transient faults are repeated, in seconds; null: as for all steps, or a minute where it is not required. */
  retryForSeconds: number | null
  http?: HttpHookSettings
  container?: ContainerHookSettings
}

/** What is sealed of a hook. */
export interface HookSecrets {
  /** Signs the calls; `whsec_…`. */
  secret?: string
  headers?: Record<string, string>
  environment?: Record<string, string>
}

/** Places that a container's settings may name, as `{{instance.name}}`; `contexts.` is followed by any key. */
export const hookPlaceholders = [
  'instance.id',
  'instance.name',
  'instance.number',
  'tenant',
  'environment',
  'databaseName',
  'odsInstanceId',
  'connectionString',
] as const

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g

/** The places that a text names, without braces. */
export const placesIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, place = '']) => place)

/** Whether a container's settings may name this: a known place, or `contexts.` and a key. */
export const isHookPlace = (place: string): boolean =>
  (hookPlaceholders as readonly string[]).includes(place) || /^contexts\..+$/.test(place)

/** Puts values in the places that a text names. */
export const fillPlaces = (text: string, valueOf: (place: string) => string): string =>
  text.replace(placeholder, (_, place: string) => valueOf(place))
