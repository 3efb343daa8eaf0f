const main = document.querySelector('#main')

/** How long a choice that was opened may be looked at before new content closes it, in milliseconds. */
const choosingMs = 10_000
let choosingSince = 0

for (const touch of ['pointerdown', 'keydown'])
  main.addEventListener(touch, ({ target }) => {
    if (target.matches('select')) choosingSince = Date.now()
  })
main.addEventListener('change', () => {
  choosingSince = 0
})

/** Whether new content would take something from the reader: what is typed, about to be chosen, or marked to be copied. */
export function isInUse() {
  const typed = [...main.querySelectorAll('input')].some((input) => input.value !== input.defaultValue)
  const choosing = main.querySelector('select:focus') !== null && Date.now() - choosingSince < choosingMs
  const marked = getSelection()
  return typed || choosing || (!marked.isCollapsed && main.contains(marked.anchorNode))
}

const keyOf = (element) => element?.dataset?.keep ?? element?.getAttribute('href') ?? null

/** Puts new content in the place of the old. Focus, what is open and how far tables are scrolled stay as they were. */
export function replaceContent(content) {
  const focused = main.contains(document.activeElement) ? keyOf(document.activeElement) : null
  const open = new Set([...main.querySelectorAll('details[open]')].map(keyOf))
  const scrolled = new Map([...main.querySelectorAll('.scroll')].map((each) => [keyOf(each), each.scrollLeft]))
  main.replaceChildren(...content.filter(Boolean))
  for (const each of main.querySelectorAll('details')) each.open = open.has(keyOf(each))
  for (const each of main.querySelectorAll('.scroll')) each.scrollLeft = scrolled.get(keyOf(each)) ?? 0
  if (focused === null) return
  const again = [...main.querySelectorAll('[data-keep], a[href]')].find((each) => keyOf(each) === focused)
  again?.focus({ preventScroll: true })
}
