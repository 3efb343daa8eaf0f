import { Failure } from '@edfi-tenants/core'
import { isAllowedTarget, type TargetHosts } from '@edfi-tenants/runtime'

/** Throws `target_host_refused`, naming the field, when this installation may not connect to a host. */
export function assertAllowedTarget(allowed: TargetHosts, host: string, pointer: string): void {
  if (!isAllowedTarget(host, allowed))
    throw new Failure('target_host_refused', `The host "${host}" may not be connected to from here.`, {
      extensions: { pointer },
    })
}

/** The same for the host of a URL. */
export const assertAllowedUrl = (allowed: TargetHosts, url: string, pointer: string): void =>
  assertAllowedTarget(allowed, URL.canParse(url) ? new URL(url).hostname : url, pointer)
