/**
 * `npm run postman`: writes the Postman collection from the OpenAPI document. Run it after a change of the contract; a test
 * compares.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'
import { repository } from './setup/repository.mjs'

const say = (text) => process.stderr.write(`${text}\n`)

await prepareInstallation(say)
await prepareBuild(say)
const { postmanCollection } = await import('./openapi/postman-collection.mjs')
const file = path.join(repository, 'docs', 'examples', 'clients', 'edfi-tenants.postman_collection.json')
writeFileSync(file, await postmanCollection())
say(`Written: ${path.relative(repository, file)}`)
