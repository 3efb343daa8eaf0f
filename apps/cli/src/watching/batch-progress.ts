import type { Batch } from '@edfi-tenants/api-client'
import { Presets, SingleBar } from 'cli-progress'
import { durationOf } from '../output/duration.js'
import type { Output } from '../output/output.js'

/** Shows how a batch goes on. */
export interface BatchProgress {
  show(batch: Batch): void
  /** After the last look, or in the middle of things. */
  end(): void
}

/** How many items of a batch have ended. */
export const endedItems = ({ counts }: Batch): number =>
  counts.succeeded + counts.failed + counts.cancelled + counts.unchanged

/** A bar with rate and time left on a terminal, a plain line now and then anywhere else. */
export function batchProgress(output: Output): BatchProgress {
  const rate = rateSince()
  return output.isTerminal ? bar(output, rate) : plainLines(output, rate)
}

/** What an observer can say about the speed: items per second since the first look. */
function rateSince() {
  let first: { at: number; ended: number } | undefined
  return (batch: Batch): number | null => {
    const ended = endedItems(batch)
    first ??= { at: performance.now(), ended }
    const seconds = (performance.now() - first.at) / 1000
    return seconds < 1 || ended === first.ended ? null : (ended - first.ended) / seconds
  }
}
type Rate = ReturnType<typeof rateSince>

const inWords = (perSecond: number | null): string =>
  perSecond === null ? '' : perSecond >= 1 ? `, ${perSecond.toFixed(1)}/s` : `, ${(perSecond * 60).toFixed(1)}/min`

/** What there is to say, without the number of items. */
export function stateOf(batch: Batch, perSecond: number | null): string {
  const { running, failed, cancelled, unchanged } = batch.counts
  const others = [
    [running, 'running'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [unchanged, 'unchanged'],
  ] as const
  const counted = others.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  const isGoingOn = batch.status === 'running' && batch.etaSeconds !== null
  return [
    counted.length > 0 ? `, ${counted.join(', ')}` : '',
    inWords(perSecond),
    isGoingOn ? `, about ${durationOf(batch.etaSeconds ?? 0)} left` : '',
    batch.status === 'running' || batch.finishedAt !== null ? '' : `, ${batch.status}`,
  ].join('')
}

function bar(output: Output, rate: Rate): BatchProgress {
  let single: SingleBar | undefined
  return {
    show(batch) {
      const state = stateOf(batch, rate(batch))
      if (!single) {
        single = new SingleBar(
          {
            format: '{bar} {percentage}% | {value}/{total}{state}',
            stream: output.stderr,
            hideCursor: true,
            gracefulExit: false,
            clearOnComplete: false,
            barsize: 30,
          },
          Presets.shades_classic,
        )
        single.start(batch.total, endedItems(batch), { state })
      }
      single.setTotal(batch.total)
      single.update(endedItems(batch), { state })
    },
    end() {
      single?.stop()
      single = undefined
    },
  }
}

const saidEveryMs = 5_000

function plainLines(output: Output, rate: Rate): BatchProgress {
  let saidAt = -Infinity
  let said = ''
  let last: Batch | undefined
  const say = (batch: Batch): void => {
    const text = `${endedItems(batch)} of ${batch.total}${stateOf(batch, rate(batch))}`
    saidAt = performance.now()
    if (text === said) return
    said = text
    output.note(`  ${text}`)
  }
  return {
    show(batch) {
      last = batch
      if (batch.finishedAt !== null || performance.now() - saidAt >= saidEveryMs) say(batch)
    },
    end() {
      if (last) say(last)
      last = undefined
    },
  }
}
