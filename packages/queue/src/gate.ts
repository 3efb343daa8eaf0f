/** Lets a number of tasks through at a time, in the order in which they came. */
export interface Gate {
  enter(): Promise<void>
  /** To be called once for each time that `enter` let someone through. */
  leave(): void
}

/** A gate that lets `size` through at a time. */
export function createGate(size: number): Gate {
  let free = size
  const waiting: (() => void)[] = []
  return {
    enter: () => {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve))
      free -= 1
      return Promise.resolve()
    },
    leave: () => {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    },
  }
}
