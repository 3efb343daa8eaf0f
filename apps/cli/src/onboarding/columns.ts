/** Columns of a CSV file, besides any number of `context.<key>` and `label.<key>`. */
export const columns = [
  'ref',
  'tenant',
  'name',
  'displayName',
  'instanceType',
  'server',
  'template',
  'databaseName',
  'deletionProtection',
  'localEducationAgencyId',
  'localEducationAgencyName',
  'applicationId',
  'vendor',
  'claimSetName',
] as const
export type Column = (typeof columns)[number]

/** Columns that a file must have. */
export const requiredColumns: readonly Column[] = ['tenant', 'name']

const maps = ['context.', 'label.']

/** Parts of a request that a cell stands for, where the names differ. */
const pointers: [RegExp, string][] = [
  [/^contexts\/(.+)$/, 'context.$1'],
  [/^labels\/(.+)$/, 'label.$1'],
  [/^seed\/\d+\/parameters\/localEducationAgency\/id$/, 'localEducationAgencyId'],
  [/^seed\/\d+\/parameters\/localEducationAgency\/name$/, 'localEducationAgencyName'],
  [/^applications\/\d+\/(applicationId|vendor|claimSetName)(?:\/.*)?$/, '$1'],
  [/^applications\/\d+\/educationOrganizationIds(?:\/.*)?$/, 'localEducationAgencyId'],
]

/** The column that a part of a request (a pointer without its first slash) came from; the pointer where there is none. */
export function columnOf(pointer: string): string {
  const plain = pointer.replaceAll('~1', '/').replaceAll('~0', '~')
  const [pattern, column] = pointers.find(([candidate]) => candidate.test(plain)) ?? []
  return pattern && column !== undefined ? plain.replace(pattern, column) : pointer
}

/** What is wrong with a header, column by column. */
export function headerFaults(header: readonly string[]): { where: string; detail: string }[] {
  const known: readonly string[] = columns
  const seen = new Set<string>()
  const faults = header.flatMap((name, at) => {
    const where = name === '' ? `column ${at + 1}` : name
    if (seen.has(name)) return [{ where, detail: name === '' ? 'has no name, as another one' : 'is there twice' }]
    seen.add(name)
    if (known.includes(name)) return []
    const map = maps.find((prefix) => name.startsWith(prefix))
    if (map !== undefined) return name === map ? [{ where, detail: `needs a key after the dot` }] : []
    if (name === '') return [{ where, detail: 'has no name' }]
    const meant = [...columns, ...maps].find((column) => name.toLowerCase().startsWith(column.toLowerCase()))
    return [
      {
        where,
        detail: `is no known column${meant === undefined ? '' : ` (is ${meant}${maps.includes(meant) ? '<key>' : ''} meant?)`}`,
      },
    ]
  })
  const missing = requiredColumns.filter((name) => !seen.has(name))
  return [...faults, ...missing.map((where) => ({ where, detail: 'is missing' }))]
}
