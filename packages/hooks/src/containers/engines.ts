import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import type Docker from 'dockerode'

/** A Docker engine that the operator has named to a worker. */
export interface EngineSettings {
  name: string
  /** `unix:///var/run/docker.sock`, `http://host:2375` or `https://host:2376`. */
  url: string
  /** The folder with `ca.pem`, `cert.pem` and `key.pem`, for https. */
  certificates?: string
}

/** The engines of a worker by name; `hook_refused` for others. */
export function openEngines(settings: readonly EngineSettings[]) {
  const opened = new Map<string, Promise<Docker>>()
  return {
    open(name: string): Promise<Docker> {
      const found = settings.find((each) => each.name === name)
      if (!found) throw new Failure('hook_refused', `This worker has no Docker engine "${name}" (HOOK_DOCKER_ENGINES).`)
      const engine = opened.get(name) ?? connect(found)
      opened.set(name, engine)
      engine.catch(() => opened.delete(name))
      return engine
    },
  }
}

/** How long an answer of an engine may take, in milliseconds; pulling an image answers bit by bit. */
const timeoutMs = 60_000

async function connect({ url, certificates }: EngineSettings): Promise<Docker> {
  const { default: DockerEngine } = await import('dockerode')
  const address = new URL(url)
  if (address.protocol === 'unix:') return new DockerEngine({ socketPath: address.pathname, timeout: timeoutMs })
  const isSecure = address.protocol === 'https:'
  const read = (file: string) => readFile(path.join(certificates ?? '', file))
  return new DockerEngine({
    protocol: isSecure ? 'https' : 'http',
    host: address.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(address.port === '' ? (isSecure ? 2376 : 2375) : address.port),
    timeout: timeoutMs,
    ...(isSecure && certificates !== undefined
      ? { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') }
      : {}),
  })
}
