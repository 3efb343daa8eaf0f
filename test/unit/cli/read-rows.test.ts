import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { readRows } from '../../../apps/cli/src/onboarding/read-rows.js'
import { Refusal } from '../../../apps/cli/src/refusal.js'

describe('the rows of a file', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rows-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const file = (name: string, content: string | Uint8Array): string => {
    const where = path.join(folder, name)
    writeFileSync(where, content)
    return where
  }
  const read = (where: string, more: Partial<Parameters<typeof readRows>[1]> = {}) =>
    readRows(where, { stdin: Readable.from([]), ...more })
  const refusal = async (reading: Promise<unknown>): Promise<Refusal> => {
    const error: unknown = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof Refusal)) throw new Error(`It was not refused: ${String(error)}`)
    return error
  }

  it('are JSON Lines by the name of the file or by request, each the body of the single call and its ref', async () => {
    const text = '\uFEFF{"ref":"a","tenant":"d1","name":"One","labels":{"x":"01"}}\r\n\n{"tenant":"d1","name":"Two"}\n'
    const expected = [
      { line: 1, ref: 'a', isOfCells: false, body: { tenant: 'd1', name: 'One', labels: { x: '01' } } },
      { line: 3, ref: null, isOfCells: false, body: { tenant: 'd1', name: 'Two' } },
    ]
    expect(await read(file('a.jsonl', text))).to.deep.equal(expected)
    expect(await read(file('a.ndjson', text))).to.deep.equal(expected)
    expect(await read(file('a.txt', text), { format: 'jsonl' })).to.deep.equal(expected)
    expect(await read('-', { format: 'jsonl', stdin: Readable.from([Buffer.from(text)]) })).to.deep.equal(expected)
  })

  it('are refused where a line is no object, or a ref stands for two rows', async () => {
    const { faults, code } = await refusal(
      read(file('b.jsonl', '{"ref":"a"}\n[1]\nnonsense\n{"ref":7}\n{"ref":"a"}\n')),
    )
    expect(code).to.equal('file_faults')
    expect(faults.map(({ line, where, detail }) => `${String(line)} ${where} ${detail}`)).to.deep.equal([
      '2 row is no JSON object',
      '3 row is no JSON object',
      '4 ref must be text',
      '5 ref is already that of line 1',
    ])
  })

  it('may be UTF-16 as spreadsheets save it, and are refused in another encoding rather than misread', async () => {
    const utf16 = Buffer.from('\uFEFFtenant\tname\r\nd1\tCafé\r\n', 'utf16le')
    expect((await read(file('c.csv', utf16)))[0]?.body).to.deep.equal({ tenant: 'd1', name: 'Café' })
    const latin1 = Buffer.from('tenant,name\nd1,Café\n', 'latin1')
    expect((await refusal(read(file('d.csv', latin1)))).code).to.equal('not_utf8')
  })

  it('are refused where there is no file, or nothing in it', async () => {
    expect((await refusal(read(path.join(folder, 'nowhere.csv')))).message).to.contain('there is no such file')
    expect((await refusal(read(folder))).message).to.contain('it is a folder')
    expect((await refusal(read(file('e.csv', 'tenant,name\n')))).code).to.equal('empty_file')
  })
})
