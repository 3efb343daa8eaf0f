import type { SqlError, SqlRows } from './start-tds-server.js'

type Row = SqlRows[number]
type Kind = 'text' | 'int' | 'bigint' | 'bit'

const u8 = (value: number): Buffer => Buffer.from([value])
const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8])
const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
const shortText = (text: string): Buffer => Buffer.concat([u8(text.length), Buffer.from(text, 'utf16le')])
const longText = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.from(text, 'utf16le')])
const sized = (token: number, body: Buffer): Buffer => Buffer.concat([u8(token), u16(body.length), body])
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34])

/** Version and "no encryption". */
export const preloginAnswer = (): Buffer =>
  Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0x03, 0xe8, 0, 0, 2])

/** ENVCHANGE, LOGINACK, DONE. */
export const loginAcknowledged = (database: string): Buffer =>
  Buffer.concat([
    sized(0xe3, Buffer.concat([u8(1), shortText(database), shortText('master')])),
    sized(
      0xad,
      Buffer.concat([
        u8(1),
        Buffer.from([0x74, 0, 0, 4]),
        shortText('Microsoft SQL Server'),
        Buffer.from([16, 0, 3, 232]),
      ]),
    ),
    doneToken({}),
  ])

/** The end of a result, or of all. */
export function doneToken(of: { more?: boolean; error?: boolean; attention?: boolean; rows?: number }): Buffer {
  const status = (of.more ? 1 : 0) | (of.error ? 2 : 0) | (of.rows === undefined ? 0 : 0x10) | (of.attention ? 0x20 : 0)
  return Buffer.concat([u8(0xfd), u16(status), u16(0), u32(of.rows ?? 0), u32(0)])
}

/** What the server says no with. */
export const errorToken = ({ number, message, line }: SqlError): Buffer =>
  sized(
    0xaa,
    Buffer.concat([u32(number), u8(1), u8(16), longText(message), shortText('model'), shortText(''), u32(line)]),
  )

/** The columns of a result; null for one without rows, whose columns nobody knows here. */
export function columnsOf(rows: SqlRows): { token: Buffer; kinds: [string, Kind][] } | null {
  const [first] = rows
  if (!first) return null
  const kinds = Object.keys(first).map((name): [string, Kind] => {
    const value = rows.map((row) => row[name]).find((each) => each !== null)
    const kinds: Partial<Record<string, Kind>> = { number: 'int', bigint: 'bigint', boolean: 'bit' }
    return [name, kinds[typeof value] ?? 'text']
  })
  const columns = kinds.map(([name, kind]) => Buffer.concat([u32(0), u16(9), typeInfo(kind), shortText(name)]))
  return { token: Buffer.concat([u8(0x81), u16(kinds.length), ...columns]), kinds }
}

const typeInfo = (kind: Kind): Buffer =>
  kind === 'text'
    ? Buffer.concat([u8(0xe7), u16(8000), collation])
    : Buffer.from(kind === 'bit' ? [0x68, 1] : [0x26, kind === 'int' ? 4 : 8])

/** One row. */
export const rowToken = (row: Row, { kinds }: { kinds: [string, Kind][] }): Buffer =>
  Buffer.concat([u8(0xd1), ...kinds.map(([name, kind]) => valueOf(row[name] ?? null, kind))])

function valueOf(value: Row[string], kind: Kind): Buffer {
  if (value === null) return kind === 'text' ? u16(0xffff) : u8(0)
  if (kind === 'text') {
    const data = Buffer.from(String(value), 'utf16le')
    return Buffer.concat([u16(data.length), data])
  }
  if (kind === 'bit') return Buffer.from([1, value ? 1 : 0])
  const data = Buffer.alloc(kind === 'int' ? 4 : 8)
  if (kind === 'int') data.writeInt32LE(Number(value))
  else data.writeBigInt64LE(BigInt(value))
  return Buffer.concat([u8(data.length), data])
}
