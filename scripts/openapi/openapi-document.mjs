/**
 * The OpenAPI document as generators want it: of no installation in particular, and without the error answers, of which
 * every call has a dozen and which a client sees as one kind of error.
 */
export async function openApiForClients() {
  const { openApiDocument } = await import('../../packages/contract/dist/index.js')
  const document = openApiDocument({ version: '1', publicUrl: 'http://localhost:3000' })
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path))
      operation.responses = Object.fromEntries(
        Object.entries(operation.responses).filter(([status]) => status.startsWith('2')),
      )
  delete document.components.examples
  return document
}
