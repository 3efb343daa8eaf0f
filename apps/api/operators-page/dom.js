/**
 * Makes an element. Children are elements or texts, and texts become text, never markup; null and false are left out.
 * `on…` of the attributes are listeners.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** A link below the page's own address; `parts` are encoded. */
export const pageLink = (parts, text, attributes = {}) =>
  h('a', { href: `#/${parts.map(encodeURIComponent).join('/')}`, ...attributes }, text)

/**
 * A table with a caption for those who cannot see it; what it says where there are no rows. On a phone each row is a card:
 * the roles say that it is a table even so.
 */
export function table(caption, heads, rows, empty) {
  if (rows.length === 0) return h('p', { class: 'soft empty' }, empty)
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption, 'data-keep': caption },
    h(
      'table',
      { role: 'table' },
      h('caption', {}, caption),
      h(
        'thead',
        {},
        h('tr', { role: 'row' }, ...heads.map((head) => h('th', { scope: 'col', role: 'columnheader' }, head))),
      ),
      h(
        'tbody',
        {},
        ...rows.map((cells) =>
          h('tr', { role: 'row' }, ...cells.map((cell, at) => h('td', { role: 'cell', 'data-head': heads[at] }, cell))),
        ),
      ),
    ),
  )
}

/** A status as a coloured word. */
export const badge = (status) => h('span', { class: 'badge', 'data-status': status }, status)

/** Names and values; those without a value are left out. */
export const facts = (pairs) =>
  h(
    'dl',
    {},
    ...pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )

/** A bar from 0 to 100, which says so in words too. */
export const progressBar = (percent, label) =>
  h(
    'span',
    { class: 'progress' },
    h('progress', { max: '100', value: String(percent), 'aria-label': label }),
    h('span', { class: 'soft' }, `${percent} %`),
  )

/** A choice that changes one part of the page's address. */
export const filter = (name, label, options, chosen, change) =>
  h(
    'label',
    {},
    label,
    h(
      'select',
      { name, 'data-keep': name, onchange: (event) => change(event.target.value) },
      ...options.map((option) => h('option', { value: option, selected: option === chosen }, option || 'all')),
    ),
  )
