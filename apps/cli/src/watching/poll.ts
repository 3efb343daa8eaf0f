import { pause } from '@edfi-tenants/api-client'

/** A look at something that is going on: how it is, and when the API wants to be asked again. */
export interface Look<T> {
  value: T
  response: Response
}

const usualPauseMs = 2_000

/** Looks again and again, as often as `Retry-After` says, until `isOver`; each look is shown. */
export async function poll<T>(
  look: () => Promise<Look<T>>,
  options: { isOver: (value: T) => boolean; show: (value: T) => void; signal: AbortSignal },
): Promise<T> {
  for (;;) {
    const { value, response } = await look()
    options.show(value)
    if (options.isOver(value)) return value
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    await pause(seconds > 0 ? seconds * 1000 : usualPauseMs, options.signal)
  }
}
