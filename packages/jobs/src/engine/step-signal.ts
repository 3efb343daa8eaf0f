/** A signal for one step, and what must be called when the step is over. */
export interface StepSignal {
  signal: AbortSignal
  timedOut(): boolean
  dispose(): void
}

/**
 * A signal that aborts with the first of the given ones, or when the time is up. Unlike `AbortSignal.any` and
 * `AbortSignal.timeout` it leaves nothing behind on signals and timers that outlive the step.
 */
export function createStepSignal(sources: readonly AbortSignal[], timeoutMs: number): StepSignal {
  const controller = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    controller.abort(new Error(`The step took longer than ${timeoutMs} ms.`))
  }, timeoutMs)
  const follow = (event: Event): void => controller.abort((event.target as AbortSignal).reason)
  for (const source of sources) {
    if (source.aborted) controller.abort(source.reason)
    else source.addEventListener('abort', follow)
  }
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    dispose() {
      clearTimeout(timer)
      for (const source of sources) source.removeEventListener('abort', follow)
    },
  }
}
