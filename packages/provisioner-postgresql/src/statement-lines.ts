/** Where a statement stands in a script, by lines counted from 1; `body` is the line of its first dollar quote. */
export interface StatementPlace {
  line: number
  body: number | null
}

/**
 * What statements are made of, as far as it matters for finding their ends: comments, which may be nested, quoted texts,
 * dollar quotes, single letters. https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const tokens =
  /--[^\n]*|\/\*|(?<![\w$])[eE]'(?:\\[^]|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|(?<![\w$])\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?\$\k<tag>\$|\b(?:begin\s+atomic|case|end)\b|;|\s+|\w+|[^]/giy

/** The places of a script's statements, in their order. */
export function statementPlaces(script: string): StatementPlace[] {
  const places: StatementPlace[] = []
  let current: StatementPlace | null = null
  let line = 1
  let depth = 0
  for (let at = 0; at < script.length;) {
    tokens.lastIndex = at
    let text = tokens.exec(script)?.[0] ?? script.charAt(at)
    if (text === '/*') text = commentAt(script, at)
    const isBlank = /^\s+$|^--|^\/\*/.test(text)
    if (!isBlank && text !== ';') current ??= { line, body: null }
    if (current && text.startsWith('$') && text.length > 1) current.body ??= line
    // The body of a function in standard SQL holds semicolons of its own.
    if (/^begin\s+atomic$/i.test(text) || (depth > 0 && /^case$/i.test(text))) depth++
    else if (depth > 0 && /^end$/i.test(text)) depth--
    if (text === ';' && depth === 0 && current) {
      places.push(current)
      current = null
    }
    line += text.split('\n').length - 1
    at += text.length
  }
  return current ? [...places, current] : places
}

/** A comment from where it begins to where it ends, inner ones included. */
function commentAt(script: string, start: number): string {
  const ends = /\/\*|\*\//g
  ends.lastIndex = start
  let depth = 0
  for (let match = ends.exec(script); match; match = ends.exec(script)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return script.slice(start, ends.lastIndex)
  }
  return script.slice(start)
}
