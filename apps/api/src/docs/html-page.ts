import type { Answer } from '../http/answer.js'

/** Text as it may stand in HTML, also inside a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const style = `
  :root { color-scheme: light dark; --ink: #1d2530; --soft: #5b6675; --line: #d8dee6; --link: #0b5cad; --paper: #fff }
  @media (prefers-color-scheme: dark) {
    :root:not(.wide) { --ink: #e6eaf0; --soft: #9aa6b5; --line: #333d4a; --link: #7ab8ff; --paper: #14191f }
  }
  :root.wide { color-scheme: light }
  body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem }
  h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem }
  h2 { font-size: 1.05rem; margin: 1.75rem 0 .25rem }
  a { color: var(--link) }
  code { font: .92em ui-monospace, monospace }
  .soft { color: var(--soft) }
  .wide body { max-width: none; margin: 1rem auto }
  :not(.wide) > body table { border-collapse: collapse; width: 100% }
  :not(.wide) > body :is(th, td) { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line) }
  .narrow label { display: block; margin: 1rem 0 .25rem }
  .narrow :is(input, button) { font: inherit; padding: .5rem .65rem; border: 1px solid var(--line); border-radius: .35rem; width: 100%; box-sizing: border-box; background: var(--paper); color: inherit }
  .narrow button { margin-top: 1.25rem; background: var(--link); color: var(--paper); border-color: transparent; cursor: pointer }
  .narrow { max-width: 22rem; margin: 0 auto }`

/**
 * A plain page of ours; `body` is HTML already. Text is kept to a width that reads well. A `wide` page belongs to what is
 * shown in it: it has the whole width and light colours, in which Swagger UI starts whatever the browser prefers.
 */
export const htmlPage = (
  title: string,
  body: string,
  { wide = false }: { wide?: boolean } = {},
): NonNullable<Answer['text']> => ({
  media: 'text/html; charset=utf-8',
  content: `<!doctype html>
<html lang="en"${wide ? ' class="wide"' : ''}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${body}
</body>
</html>
`,
})
