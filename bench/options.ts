import { parseArgs } from 'node:util'

/** The figures that can be measured, by their letters on the command line. */
export const figureKeys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
export type FigureKey = (typeof figureKeys)[number]

/** How much is measured. */
export interface Settings {
  only: readonly FigureKey[]
  quick: boolean
  /** How often each figure and its floor are measured in turn. */
  rounds: number
  /** Creates per round of (a). */
  creates: number
  /** Jobs at work on the database server at once, and connections of the raw clone. */
  maxConcurrency: number
  /** Seconds of load per side and round of (b) and (c). */
  seconds: number
  /** Open connections under that load. */
  connections: number
  /** Single creates per side and round of (d). */
  singles: number
  /** Creates per round of (e). */
  loadCreates: number
  /** Instances that are checked in (f). */
  healthInstances: number
  /** Creates in the batch of (g). */
  batchItems: number
  /** Where the results are written; undefined: `bench/results.json`. */
  out: string | undefined
}

/** What `--help` prints. */
export const usage = `npm run bench -- [--only a,b,…] [--quick] [--rounds N] [--creates N] [--out FILE]
  a  creates through the API against the raw clone      b  POST /v1/instances against a bare route
  c  GET /v1/jobs/{id} against a bare route             d  from the 202 to the first step
  e  memory and processor time under 50 creates         f  health of 200 instances against raw counts
  g  a batch of 500 creates against the raw clone       h  lists and batches at 5,000 jobs against 50`

/** Reads the command line; null asks for help. Throws, naming the option, on what it does not know. */
export function readOptions(args: string[]): Settings | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      creates: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const { quick } = values
  return {
    only: values.only === undefined ? figureKeys : values.only.split(',').map(figureKey),
    quick,
    rounds: wholeNumber('--rounds', values.rounds) ?? (quick ? 1 : 3),
    creates: wholeNumber('--creates', values.creates) ?? (quick ? 8 : 24),
    maxConcurrency: 4,
    seconds: quick ? 2 : 6,
    connections: 16,
    singles: quick ? 5 : 15,
    loadCreates: 50,
    healthInstances: quick ? 20 : 200,
    batchItems: quick ? 20 : 500,
    out: values.out,
  }
}

function figureKey(text: string): FigureKey {
  const key = figureKeys.find((known) => known === text.trim().toLowerCase())
  if (!key) throw new Error(`--only: there is no figure "${text}" (${figureKeys.join(', ')})`)
  return key
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${option}: "${text}" is not a whole number from 1 to 9999`)
  return Number(text)
}
