/** RFC 6901 pointer to a place in a body, from the names along the way. */
export const pointerTo = (...names: (string | number)[]): string =>
  names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
