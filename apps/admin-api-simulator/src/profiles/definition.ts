import { parseXml, type XmlElement } from './xml.js'

interface Shape {
  /** Attributes that must be there. */
  attributes: string[]
  /** Elements that may stand inside, in this order. */
  children: string[]
  /** Whether one of them has to. */
  needsChild?: boolean
}

const members = ['Property', 'Object', 'Collection', 'Extension']
const contentType: Shape = { attributes: ['memberSelection'], children: members }
const memberClass: Shape = { attributes: ['name', 'memberSelection'], children: members }

/** How an Ed-Fi profile is built. */
const shapes: Record<string, Shape> = {
  Profile: { attributes: ['name'], children: ['Resource'], needsChild: true },
  Resource: { attributes: ['name'], children: ['ReadContentType', 'WriteContentType'] },
  ReadContentType: contentType,
  WriteContentType: contentType,
  Property: { attributes: ['name'], children: [] },
  Object: memberClass,
  Collection: { ...memberClass, children: [...members, 'Filter'] },
  Extension: memberClass,
  Filter: { attributes: ['propertyName', 'filterMode'], children: ['Value'], needsChild: true },
  Value: { attributes: [], children: [] },
}

/** What is wrong with a profile's definition, in the words of .NET's schema validation; empty when nothing is. */
export function definitionFaults(name: string | null, definition: string): string[] {
  const root = parseXml(definition)
  if (root === null) return ['Data at the root level is invalid. Line 1, position 1.']
  const faults = root.name === 'Profile' ? elementFaults(root) : [`The '${root.name}' element is not declared.`]
  if (name && root.attributes.get('name')?.toLowerCase() !== name.toLowerCase()) {
    faults.push(`Profile name attribute value should match with ${name}.`)
  }
  return faults
}

/** After the first stray child of an element its other children are not looked at. */
function elementFaults(element: XmlElement): string[] {
  const shape = shapes[element.name]
  if (shape === undefined) return []
  const faults = shape.attributes
    .filter((attribute) => !element.attributes.has(attribute))
    .map((attribute) => `The required attribute '${attribute}' is missing.`)
  let position = 0
  for (const child of element.children) {
    const found = shape.children.indexOf(child.name, position)
    if (found < 0) {
      const expected = shape.children.slice(position).join(', ')
      const hint = expected === '' ? '' : ` List of possible elements expected: '${expected}'.`
      return [...faults, `The element '${element.name}' has invalid child element '${child.name}'.${hint}`]
    }
    position = found
    faults.push(...elementFaults(child))
  }
  if (shape.needsChild === true && element.children.length === 0) {
    const expected = `List of possible elements expected: '${shape.children.join(', ')}'.`
    faults.push(`The element '${element.name}' has incomplete content. ${expected}`)
  }
  return faults
}
