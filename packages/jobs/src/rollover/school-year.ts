/** From one school year to another, each by the calendar year in which it ends: 2026 is 2025-2026. */
export interface YearChange {
  fromYear: number
  toYear: number
}

/**
 * The forms in which a school year is written: `SY26`, `SY25-26`, `SY2526`; `2025-2026`, `2025-26`, `2026`. Always whole
 * numbers: four digits within a longer one are no year.
 */
const forms =
  /(?<![a-z])(sy[ _-]?)(?!(?:19|20|21)\d\d)(\d\d)(?:([-–/_]?)(\d\d))?(?!\d)|(?<!\d)(\d{4})(?:([-–/_])(\d{4}|\d\d))?(?!\d)/gi

const two = (year: number): string => String(year % 100).padStart(2, '0')
const isYear = (year: number): boolean => year >= 1950 && year < 2200

/** Writes every school year in a text as `change` says; what it leaves (null) stays as it was. */
function rewrite(text: string, change: (year: number) => number | null): string {
  const one = (digits: string): string => {
    const year = isYear(Number(digits)) ? change(Number(digits)) : null
    return year === null ? digits : String(year)
  }
  return text.replace(forms, (whole: string, ...groups: (string | undefined)[]) => {
    const [prefix, short, dash = '', shortEnd, long, separator = '', longEnd] = groups
    if (prefix !== undefined && short !== undefined) {
      const end = 2000 + Number(shortEnd ?? short)
      if (shortEnd !== undefined && Number(shortEnd) !== (Number(short) + 1) % 100) return whole
      const year = change(end)
      if (year === null) return whole
      return prefix + (shortEnd === undefined ? two(year) : two(year - 1) + dash + two(year))
    }
    if (long === undefined) return whole
    if (longEnd === undefined) return one(long)
    const end = Number(long) + 1
    const isRange = isYear(end) && (longEnd.length === 4 ? longEnd === String(end) : longEnd === two(end))
    // Two numbers that only stand side by side.
    if (!isRange) return one(long) + separator + (longEnd.length === 4 ? one(longEnd) : longEnd)
    const year = change(end)
    if (year === null) return whole
    return String(year - 1) + separator + (longEnd.length === 4 ? String(year) : two(year))
  })
}

/** A text with one school year, in whatever form, written as the other. */
export const renameYear = (text: string, { fromYear, toYear }: YearChange): string =>
  rewrite(text, (year) => (year === fromYear ? toYear : null))

/** The school years that stand in a text. */
export function schoolYearsIn(text: string): number[] {
  const years: number[] = []
  rewrite(text, (year) => {
    years.push(year)
    return null
  })
  return years
}

/** Whether a context or label says the school year by its key, for example `schoolYearFromRoute`. */
export const isYearKey = (key: string): boolean => /year/i.test(key)

/**
 * Contexts or labels of the next school year. A value that is nothing but the number is a year only where the key says so:
 * elsewhere it may be the number of a district.
 */
export const renameYearValues = (values: Record<string, string>, change: YearChange): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      isYearKey(key) || value !== String(change.fromYear) ? renameYear(value, change) : value,
    ]),
  )
