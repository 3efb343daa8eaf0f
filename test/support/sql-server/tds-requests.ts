/** Who signs in, and to which database. */
export interface TdsLogin {
  username: string
  password: string
  database: string
}

/** What is to be run; `parameters` only with sp_executesql. */
export interface TdsStatement {
  text: string
  parameters: Record<string, string | number | boolean | null> | null
}

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-tds, LOGIN7 */
export function readLogin(payload: Buffer): TdsLogin {
  const field = (at: number): Buffer => {
    const offset = payload.readUInt16LE(at)
    return payload.subarray(offset, offset + payload.readUInt16LE(at + 2) * 2)
  }
  const password = Buffer.from(field(44)).map((byte) => {
    const mixed = byte ^ 0xa5
    return ((mixed << 4) | (mixed >> 4)) & 0xff
  })
  return {
    username: field(40).toString('utf16le'),
    password: Buffer.from(password).toString('utf16le'),
    database: field(68).toString('utf16le') || 'master',
  }
}

const withoutHeaders = (payload: Buffer): Buffer => payload.subarray(payload.readUInt32LE(0))

/** A batch. */
export const readBatch = (payload: Buffer): TdsStatement => ({
  text: withoutHeaders(payload).toString('utf16le'),
  parameters: null,
})

/** A call of sp_executesql. */
export function readCall(payload: Buffer): TdsStatement {
  const reader = new Reader(withoutHeaders(payload))
  const nameLength = reader.u16()
  if (nameLength === 0xffff) reader.u16()
  else reader.text(nameLength)
  reader.u16()
  const values: [string, string | number | boolean | null][] = []
  while (!reader.ended) {
    const name = reader.text(reader.u8())
    reader.u8()
    values.push([name.replace('@', ''), reader.value()])
  }
  const [statement, , ...rest] = values
  return { text: String(statement?.[1] ?? ''), parameters: Object.fromEntries(rest) }
}

class Reader {
  #at = 0
  constructor(private readonly buffer: Buffer) {}

  get ended(): boolean {
    return this.#at >= this.buffer.length
  }

  u8(): number {
    return this.buffer.readUInt8(this.#at++)
  }

  u16(): number {
    this.#at += 2
    return this.buffer.readUInt16LE(this.#at - 2)
  }

  u32(): number {
    this.#at += 4
    return this.buffer.readUInt32LE(this.#at - 4)
  }

  text(characters: number): string {
    this.#at += characters * 2
    return this.buffer.toString('utf16le', this.#at - characters * 2, this.#at)
  }

  value(): string | number | boolean | null {
    const type = this.u8()
    if (type === 0xe7) return this.nvarchar()
    if (type !== 0x26 && type !== 0x68) throw new Error(`A parameter of type ${type}.`)
    this.u8()
    const length = this.u8()
    if (length === 0) return null
    this.#at += length
    const number = this.buffer.readIntLE(this.#at - length, length)
    return type === 0x68 ? number !== 0 : number
  }

  private nvarchar(): string | null {
    const max = this.u16()
    this.#at += 5
    if (max !== 0xffff) {
      const bytes = this.u16()
      return bytes === 0xffff ? null : this.text(bytes / 2)
    }
    this.#at += 8
    if (this.buffer.readBigUInt64LE(this.#at - 8) === 0xffffffffffffffffn) return null
    let text = ''
    for (let bytes = this.u32(); bytes > 0; bytes = this.u32()) text += this.text(bytes / 2)
    return text
  }
}
