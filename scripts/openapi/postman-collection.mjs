import path from 'node:path'
import openapiToPostman from 'openapi-to-postmanv2'
import { format, resolveConfig } from 'prettier'
import { repository } from '../setup/repository.mjs'
import { openApiForClients } from './openapi-document.mjs'

const options = {
  folderStrategy: 'Tags',
  requestNameSource: 'Fallback',
  parametersResolution: 'Example',
  enableOptionalParameters: false,
  alwaysInheritAuthentication: true,
}

/** What the person who opens the collection fills in; the token comes from the request that gets one. */
const variables = [
  { key: 'baseUrl', value: 'http://localhost:3000' },
  { key: 'clientId', value: '' },
  { key: 'clientSecret', value: '' },
  { key: 'token', value: '' },
]
const keptHeaders = new Set(['Content-Type', 'Accept', 'Prefer'])
const keepToken = ["pm.collectionVariables.set('token', pm.response.json().access_token)"]

/** The Postman collection (https://schema.postman.com) of the API, as text. The same document always gives the same text. */
export async function postmanCollection() {
  const document = await openApiForClients()
  withoutResponseExamples(document)
  const collection = await convert(document)
  delete collection.info._postman_id
  delete collection.event
  collection.info.description = {
    type: 'text/markdown',
    content:
      'Set the variables `baseUrl`, `clientId` and `clientSecret`, send **Tokens / Get a token**, and go on: the token is kept in the variable `token`. Generated from `/openapi.json`.',
  }
  collection.auth = { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] }
  collection.variable = variables
  for (const item of itemsOf(collection)) adapt(item)
  return format(JSON.stringify(collection, withoutIds), {
    ...(await resolveConfig(path.join(repository, 'package.json'))),
    parser: 'json',
  })
}

/** Answers are in the documentation; here they would be most of the file. */
function withoutResponseExamples(document) {
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path))
      for (const response of Object.values(operation.responses)) {
        delete response.content
        delete response.headers
      }
}

const convert = (document) =>
  new Promise((resolve, reject) => {
    openapiToPostman.convertV2({ type: 'json', data: document }, options, (error, result) => {
      if (error || !result.result) reject(error ?? new Error(result.reason))
      else resolve(result.output[0].data)
    })
  })

const itemsOf = ({ item = [] }) => item.flatMap((each) => (each.item ? itemsOf(each) : [each]))

function adapt(item) {
  const { request } = item
  item.response = []
  delete request.auth
  const isToken = request.url.path.join('/') === 'connect/token'
  // What the converter has made up from patterns is of no use to anybody, and another thing each time.
  for (const parameter of [...request.url.variable, ...request.url.query]) parameter.value = ''
  for (const header of request.header ?? []) {
    if (header.key === 'Idempotency-Key') Object.assign(header, { value: '{{$guid}}', disabled: false })
    else if (!keptHeaders.has(header.key)) header.value = ''
  }
  if (!isToken) return
  request.auth = { type: 'noauth' }
  request.header = request.header.filter(({ key }) => key !== 'Authorization')
  request.body.urlencoded = [
    { key: 'grant_type', value: 'client_credentials' },
    { key: 'client_id', value: '{{clientId}}' },
    { key: 'client_secret', value: '{{clientSecret}}' },
  ]
  item.event = [{ listen: 'test', script: { type: 'text/javascript', exec: keepToken } }]
}

/** The converter makes new ones each time; nobody refers to them. */
const withoutIds = (key, value) => (key === 'id' && /^[0-9a-f-]{36}$/.test(value) ? undefined : value)
