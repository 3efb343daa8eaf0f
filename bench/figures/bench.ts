import type { Settings } from '../options.js'
import type { Figure } from '../report/figure.js'
import type { Services } from '../stack/services.js'

/** What measuring gets. */
export interface Bench {
  services: Services
  settings: Settings
  /** Says on stderr what is going on. */
  say: (text: string) => void
}

/** Measures figures that belong together. */
export type Measure = (bench: Bench) => Promise<Figure[]>
