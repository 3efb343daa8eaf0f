import { median, rounded } from './statistics.js'

/** One turn: the product and the floor, measured one right after the other. */
export interface Round {
  ours: number
  floor: number | null
  /** Ours by floor; null where the floor is too small to divide by. */
  ratio: number | null
}

/** What a figure is meant to reach. */
export interface Target {
  of: 'ratio' | 'value'
  atMost?: number
  atLeast?: number
}

/** A measured figure, as results.json has it. */
export interface Figure {
  id: string
  title: string
  unit: string
  /** What the floor is. */
  floorIs: string
  /** Medians over the rounds. */
  ours: number
  floor: number | null
  ratio: number | null
  target: Target | null
  /** Null where there is no target. */
  met: boolean | null
  reason: string
  rounds: Round[]
  details: Record<string, number | string>
}

/** A figure that could not be measured, and why. */
export interface Unmeasured {
  id: string
  title: string
  unmeasured: string
}

/**
 * Measures floor and product in turn, as often as asked for, so that whatever the machine does besides hits both. A floor
 * below `smallestFloor` gives no ratio.
 */
export async function measureInTurn(
  count: number,
  sides: { floor: (round: number) => Promise<number>; ours: (round: number) => Promise<number> },
): Promise<Round[]> {
  const rounds: Round[] = []
  for (let round = 1; round <= count; round++) {
    const floor = await sides.floor(round)
    rounds.push(makeRound(await sides.ours(round), floor))
  }
  return rounds
}

/** A round with its ratio. */
export const makeRound = (ours: number, floor: number | null): Round => ({
  ours: rounded(ours),
  floor: floor === null ? null : rounded(floor),
  ratio: floor === null || floor < smallestFloor ? null : rounded(ours / floor),
})

/** Clocks are read in milliseconds: less than one says nothing. */
const smallestFloor = 1

/** Sums up rounds: medians, and whether the target is met. `why` is added to the reason. */
export function summarise(
  about: Pick<Figure, 'id' | 'title' | 'unit' | 'floorIs'> & { target?: Target; why?: string },
  rounds: Round[],
  details: Figure['details'] = {},
): Figure {
  const { target = null, why, ...rest } = about
  const of = (pick: (round: Round) => number | null): number | null => {
    const values = rounds.map(pick).filter((value) => value !== null)
    return values.length > 0 ? rounded(median(values)) : null
  }
  const ours = of((round) => round.ours) ?? 0
  const ratio = of((round) => round.ratio)
  const verdict = judge(target, target?.of === 'ratio' ? ratio : ours)
  return {
    ...rest,
    ours,
    floor: of((round) => round.floor),
    ratio,
    target,
    met: verdict.met,
    reason: [verdict.reason, why].filter(Boolean).join('; '),
    rounds,
    details,
  }
}

function judge(target: Target | null, value: number | null): { met: boolean | null; reason: string } {
  if (!target) return { met: null, reason: 'no target' }
  if (value === null) return { met: null, reason: 'no ratio could be formed' }
  const met = value <= (target.atMost ?? Infinity) && value >= (target.atLeast ?? -Infinity)
  const what = target.of === 'ratio' ? 'median ratio' : 'median'
  const limit = target.atMost === undefined ? `at least ${target.atLeast ?? 0}` : `at most ${target.atMost}`
  return { met, reason: `${what} ${value}, wanted ${limit}` }
}
