import type { Figure, Target, Unmeasured } from './figure.js'

const heads = ['figure', 'unit', 'ours', 'floor', 'ratio', 'target', 'met', 'reason']

/** The results as a table of plain text. */
export function tableOf(figures: readonly (Figure | Unmeasured)[]): string {
  const rows = [heads, ...figures.map(cellsOf)]
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  const [head = [], ...body] = rows
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n')
}

const isNumber = (column: number): boolean => column >= 2 && column <= 4

function cellsOf(figure: Figure | Unmeasured): string[] {
  if ('unmeasured' in figure) return [figure.title, '', '', '', '', '', 'not measured', figure.unmeasured]
  const number = (value: number | null) => (value === null ? '-' : String(value))
  const met = figure.met === null ? '-' : figure.met ? 'met' : 'not met'
  return [
    figure.title,
    figure.unit,
    number(figure.ours),
    number(figure.floor),
    number(figure.ratio),
    targetText(figure.target),
    met,
    figure.reason,
  ]
}

function targetText(target: Target | null): string {
  if (!target) return '-'
  const limit = target.atMost === undefined ? `≥ ${target.atLeast ?? 0}` : `≤ ${target.atMost}`
  return target.of === 'ratio' ? `ratio ${limit}` : limit
}
