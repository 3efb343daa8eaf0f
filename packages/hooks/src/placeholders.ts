import { Failure, fillPlaces } from '@edfi-tenants/core'

/** Puts an instance's values in their places. Fails where there is none: an empty one would look like a good one. */
export const fillPlaceholders = (text: string, valueOf: (place: string) => string | null): string =>
  fillPlaces(text, (place) => {
    const value = valueOf(place)
    if (value === null) throw new Failure('hook_failed', `The instance has no value for {{${place}}} here.`)
    return value
  })
