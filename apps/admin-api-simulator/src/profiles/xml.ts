/** One element of a document, without its text. */
export interface XmlElement {
  name: string
  attributes: ReadonlyMap<string, string>
  children: XmlElement[]
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y

/** Reads the elements of an XML document; null when it is not well formed. */
export function parseXml(text: string): XmlElement | null {
  const open: XmlElement[] = []
  let root: XmlElement | null = null
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (match === null) return null
    const [whole, closing, opening, attributes = '', selfClosing] = match
    if (closing !== undefined) {
      if (open.pop()?.name !== closing) return null
    } else if (opening !== undefined) {
      const element = { name: opening, attributes: readAttributes(attributes), children: [] }
      const parent = open.at(-1)
      if (parent === undefined && root !== null) return null
      parent?.children.push(element)
      root ??= element
      if (selfClosing === '') open.push(element)
    } else if (!whole.startsWith('<') && open.length === 0 && whole.trim() !== '') return null
  }
  return open.length > 0 ? null : root
}

function readAttributes(text: string): Map<string, string> {
  const found = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return new Map([...found].map(([, name = '', double, single]) => [name, double ?? single ?? '']))
}
