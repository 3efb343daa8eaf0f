import { Failure } from '@edfi-tenants/core'
import type { Answer } from '../exchange.js'

/** The id of what was created, which comes only as the last segment of a relative `Location` without base or version. */
export const locationId =
  (what: string) =>
  ({ location }: Answer): number => {
    const id = Number(/\/(\d+)\/?(?:[?#].*)?$/.exec(location ?? '')?.[1])
    if (!Number.isSafeInteger(id) || id < 1) {
      throw new Failure('admin_api_unexpected', `Admin API created the ${what} without saying its id.`)
    }
    return id
  }
