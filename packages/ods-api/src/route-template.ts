import { fitsConstraint } from './route-constraint.js'

/** Why an instance with these contexts cannot be reached by ODS/API's routes. */
export interface ContextFault {
  /** The context that is missing, wrong, or unknown to the routes. */
  key: string
  detail: string
}

/** A part of a segment: fixed text, or a parameter. */
type Part =
  | { kind: 'text'; text: string }
  | { kind: 'parameter'; name: string; constraints: string[]; optional: boolean; fallback: string | undefined }

/**
 * Compares contexts with ODS/API's `OdsContextRouteTemplate` (`{schoolYearFromRoute:range(2000,2099)}/{instanceId}`).
 * ODS/API serves an instance only where each of its contexts is one of the route's values, so both a missing and an extra
 * one leave it unreachable; keys compare without case. No template: nothing can be wrong.
 */
export function checkContexts(template: string | null, contexts: Record<string, string>): ContextFault[] {
  if (template === null || template === '') return []
  const parameters = parseTemplate(template).filter((part) => part.kind === 'parameter')
  const known = new Set(parameters.map(({ name }) => name.toLowerCase()))
  const faults: ContextFault[] = []
  for (const { name, constraints, optional, fallback } of parameters) {
    const value = valueOf(contexts, name)
    if (value === undefined) {
      if (!optional && fallback === undefined)
        faults.push({ key: name, detail: `The context "${name}" is missing; the routes of ODS/API contain it.` })
      continue
    }
    const failed = value.includes('/') || value === '' ? 'one path segment' : constraints.find(notMetBy(value))
    if (failed !== undefined)
      faults.push({
        key: name,
        detail: `The context "${name}" is "${value}", and the routes of ODS/API ask for ${failed}.`,
      })
  }
  for (const key of Object.keys(contexts))
    if (!known.has(key.toLowerCase()))
      faults.push({ key, detail: `The context "${key}" is in no route of ODS/API, so none would lead here.` })
  return faults
}

/**
 * Whether ASP.NET would take it for a route: every brace has its other one, and every parameter a name of its own. One
 * without parameters tells no instance from another.
 */
export function isRouteTemplate(template: string): boolean {
  const names = parseTemplate(template).flatMap((part) => (part.kind === 'parameter' ? [part.name.toLowerCase()] : []))
  const areNames = names.every((name) => /^[a-z_]\w*$/.test(name)) && new Set(names).size === names.length
  return names.length > 0 && areNames && hasWholeBraces(template)
}

/** Doubled ones stand for themselves. */
const hasWholeBraces = (template: string): boolean =>
  /^[^{}]*(?:\{[^{}]+\}[^{}]*)*$/.test(template.replaceAll(/\{\{|\}\}/g, ''))

/** The path of a template with the contexts in it, without slashes around it; empty where there is no template. */
export function fillTemplate(template: string | null, contexts: Record<string, string>): string {
  if (template === null) return ''
  return parseTemplate(template)
    .map((part) => {
      if (part.kind === 'text') return part.text
      return encodeURIComponent(valueOf(contexts, part.name) ?? part.fallback ?? '')
    })
    .join('')
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '')
}

const notMetBy = (value: string) => (constraint: string) => !fitsConstraint(constraint, value)

const valueOf = (contexts: Record<string, string>, name: string): string | undefined =>
  Object.entries(contexts).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]

/** https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates */
function parseTemplate(template: string): Part[] {
  const parts: Part[] = []
  let text = ''
  for (let at = 0; at < template.length; at += 1) {
    const two = template.slice(at, at + 2)
    if (two === '{{' || two === '}}') {
      text += two[0] ?? ''
      at += 1
    } else if (template[at] === '{') {
      if (text !== '') parts.push({ kind: 'text', text })
      text = ''
      const { inside, end } = readBraces(template, at + 1)
      parts.push(parseParameter(inside))
      at = end
    } else text += template[at] ?? ''
  }
  return text === '' ? parts : [...parts, { kind: 'text', text }]
}

/** What stands up to the closing brace, with doubled braces made single; they belong to a regular expression. */
function readBraces(template: string, from: number): { inside: string; end: number } {
  let inside = ''
  for (let at = from; at < template.length; at += 1) {
    const two = template.slice(at, at + 2)
    if (two === '{{' || two === '}}') {
      inside += two[0] ?? ''
      at += 1
    } else if (template[at] === '}') return { inside, end: at }
    else inside += template[at] ?? ''
  }
  return { inside, end: template.length }
}

/** `name:constraint(argument):constraint=default`, `name?`, `*name`; colons and signs inside parentheses belong to those. */
function parseParameter(text: string): Part {
  const pieces = splitOutside(text, ':')
  const last = pieces.length - 1
  const [body = '', ...rest] = splitOutside(pieces[last] ?? '', '=')
  const optional = body.endsWith('?')
  pieces[last] = optional ? body.slice(0, -1) : body
  const [name = '', ...constraints] = pieces
  const fallback = rest.length > 0 ? rest.join('=') : undefined
  return { kind: 'parameter', name: name.replace(/^\*{1,2}/, '').trim(), constraints, optional, fallback }
}

function splitOutside(text: string, separator: string): string[] {
  const pieces = ['']
  let depth = 0
  for (const character of text) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === separator && depth <= 0) pieces.push('')
    else pieces.push((pieces.pop() ?? '') + character)
  }
  return pieces
}
