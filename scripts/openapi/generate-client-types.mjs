import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from '../setup/repository.mjs'
import { openApiForClients } from './openapi-document.mjs'

const output = path.join(repository, 'packages', 'api-client', 'src', 'generated')
const file = path.join(output, 'openapi.ts')
const stamp = path.join(output, '.openapi-sha256')
const generator = path.join(repository, 'node_modules', 'openapi-typescript', 'package.json')

/**
 * Writes the types of `packages/api-client` from the OpenAPI document, when that or the generator has changed. The contract
 * has to be compiled. While it makes no document, as in the middle of a change, the types that are there stay.
 */
export async function generateClientTypes() {
  let document
  try {
    document = await openApiForClients()
  } catch (error) {
    if (!existsSync(file)) throw error
    process.stderr.write(`The types of packages/api-client stay as they are: ${error.message}\n`)
    return
  }
  const { version } = JSON.parse(readFileSync(generator, 'utf8'))
  const hash = createHash('sha256')
    .update(version + JSON.stringify(document))
    .digest('hex')
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  const { default: openapiTypescript, astToString } = await import('openapi-typescript')
  const types = await openapiTypescript(document, { defaultNonNullable: false, emptyObjectsUnknown: true })
  mkdirSync(output, { recursive: true })
  writeFileSync(file, astToString(types))
  writeFileSync(stamp, hash)
}
