import { databaseEngines } from '@edfi-tenants/core'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const capabilities = [
  'supportsPerInstanceLogin',
  'supportsRename',
  'supportsStop',
  'supportsArchive',
  'clonesOnline',
] as const

/** What is wrong with the manifest of a provisioner, a phrase each; empty when workers can publish it. */
export function manifestFaults(manifest: Record<string, unknown>): string[] {
  const { name, title, databaseEngine, settingsSchema, templateSchema, addressSettings } = manifest
  const faults: string[] = []
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(name))
    faults.push('name must be lower-case letters, digits and hyphens, at most 63')
  if (typeof title !== 'string' || title === '') faults.push('title must be a text')
  if (!databaseEngines.some((each) => each === databaseEngine))
    faults.push(`databaseEngine must be ${databaseEngines.join(' or ')}`)
  if (!isObject(settingsSchema)) faults.push('settingsSchema must be a JSON Schema')
  if (!isObject(templateSchema)) faults.push('templateSchema must be a JSON Schema')
  if (!Array.isArray(addressSettings) || addressSettings.some((each) => typeof each !== 'string'))
    faults.push('addressSettings must be a list of names')
  const said = isObject(manifest['capabilities']) ? (manifest['capabilities'] as Record<string, unknown>) : {}
  const unsaid = capabilities.filter((each) => typeof said[each] !== 'boolean')
  if (unsaid.length > 0) faults.push(`capabilities must say true or false to ${unsaid.join(', ')}`)
  return faults
}
