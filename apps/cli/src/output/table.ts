/** Lines of cells as columns of equal width, a line of names first. */
export function tableOf(header: readonly string[], lines: readonly (readonly (string | number | null)[])[]): string {
  const cells = [header, ...lines.map((line) => line.map((cell) => (cell === null ? '-' : oneLine(String(cell)))))]
  const widths = header.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((cell, at) => (at === header.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')
