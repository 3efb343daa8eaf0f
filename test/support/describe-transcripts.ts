import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'

/** An operation under the name of its block on the page; one without a name only sets the stage for the next. */
export type TranscriptStep = [name: string, run: () => Promise<unknown>]

/** A block of a page; the line before it names it. */
const blockOf = (name: string) => new RegExp(`(<!-- transcript: ${name} -->\n+\`\`\`sql\n)([\\s\\S]*?)(\n\`\`\`)`)

/**
 * Tests that the blocks of a page in `docs/provisioners` are what is really sent, one test per step in their order, and
 * that no step or block is without the other. With `--write-transcripts` the page is brought up to date instead.
 */
export function describeTranscripts(
  file: string,
  steps: readonly TranscriptStep[],
  /** What was sent since `forget`, in the words of the page, by the step of that name. */
  sent: { forget: () => void; transcript: (name: string) => string },
): void {
  const page = new URL(`../../docs/provisioners/${file}`, import.meta.url)

  for (const [name, run] of steps)
    it(name === '' ? '(sets the stage)' : `${name}: is what is sent`, async () => {
      sent.forget()
      await run()
      if (name === '') return
      const transcript = sent.transcript(name)
      const text = readFileSync(page, 'utf8')
      if (process.argv.includes('--write-transcripts'))
        writeFileSync(
          page,
          text.replace(blockOf(name), (_, before: string, _old, after: string) => before + transcript + after),
        )
      else expect(blockOf(name).exec(text)?.[2], `block "${name}"`).to.equal(transcript)
    })

  it('are those of all operations shown, and no others', () => {
    const names = steps.map(([name]) => name).filter((name) => name !== '')
    const blocks = [...readFileSync(page, 'utf8').matchAll(/<!-- transcript: (.+) -->/g)].map(([, name]) => name)
    expect([...blocks].sort()).to.deep.equal([...names].sort())
  })
}
