import { createHash } from 'node:crypto'
import type { ContainerHookSettings } from '@edfi-tenants/core'
import type { ContainerCreateOptions } from 'dockerode'
import type { HookCall } from '../hook-call.js'
import { fillPlaceholders } from '../placeholders.js'

/** Labels by which containers of ours are known; nothing else is ever touched. */
export const ourLabels = {
  installation: 'org.ed-fi.tenants.installation',
  instance: 'org.ed-fi.tenants.instance',
  hook: 'org.ed-fi.tenants.hook',
  config: 'org.ed-fi.tenants.config',
} as const

/** The one name that a hook's container has for an instance. */
export const containerName = ({ instance, hook }: Pick<HookCall, 'instance' | 'hook'>): string =>
  `tm-${instance.number}-${hook.name.toLowerCase()}`

/**
 * What a container is made of, with the instance's values in place. By design it has no privileges, no folders of the
 * machine and not its network. The label `config` tells whether one that is there is still made as it should be.
 */
export function containerConfig(
  call: HookCall,
  settings: ContainerHookSettings,
  options: { installationId: string; portsAddress: string },
): ContainerCreateOptions & { Labels: Record<string, string> } {
  const plain = (text: string): string =>
    // What is not in the environment is on show: in labels, process lists and logs.
    fillPlaceholders(text, (place) => (place === 'connectionString' ? null : (call.values[place] ?? null)))
  const inEnvironment = (text: string): string =>
    fillPlaceholders(text, (place) =>
      place === 'connectionString' ? call.connectionString() : (call.values[place] ?? null),
    )
  const environment = { ...settings.environment, ...call.secrets.environment }
  const published = settings.ports.map((port) => ({ key: `${port.container}/${port.protocol ?? 'tcp'}`, port }))
  const config = {
    Image: settings.image,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${inEnvironment(value)}`),
    ...(settings.command === null ? {} : { Cmd: settings.command.map(plain) }),
    Labels: Object.fromEntries(Object.entries(settings.labels).map(([name, value]) => [name, plain(value)])),
    ExposedPorts: Object.fromEntries(published.map(({ key }) => [key, {}])),
    HostConfig: {
      Privileged: false,
      SecurityOpt: ['no-new-privileges:true'],
      NetworkMode: settings.network ?? 'bridge',
      RestartPolicy: { Name: settings.restart, ...(settings.restart === 'on-failure' ? { MaximumRetryCount: 5 } : {}) },
      PortBindings: Object.fromEntries(
        published.map(({ key, port }) => [
          key,
          [{ HostIp: options.portsAddress, HostPort: port.host === undefined ? '' : String(port.host) }],
        ]),
      ),
    },
  }
  return {
    ...config,
    Labels: {
      ...config.Labels,
      [ourLabels.installation]: options.installationId,
      [ourLabels.instance]: call.instance.id,
      [ourLabels.hook]: call.hook.name,
      [ourLabels.config]: createHash('sha256')
        .update(`${call.instance.id} ${JSON.stringify(config)}`)
        .digest('hex'),
    },
  }
}
