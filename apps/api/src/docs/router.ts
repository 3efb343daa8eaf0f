import { createRequire } from 'node:module'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { Router, static as staticFiles, type Response } from 'express'
import type { Answer } from '../http/answer.js'
import { errorIndex, errorPage } from './error-pages.js'
import { htmlPage } from './html-page.js'

const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const swagger = htmlPage(
  'Ed-Fi Tenant Management API',
  `<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<p class="soft"><a href="/openapi.json">OpenAPI document</a> · <a href="/docs/errors">Errors</a></p>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
  { wide: true },
)

/** Runs in the browser; in a file of its own, as our policy allows no script inside a page. */
const start = `window.addEventListener('load', () => {
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null, displayRequestDuration: true })
})
`

const send = (response: Response, { media, content }: NonNullable<Answer['text']>) =>
  response.set('Content-Type', media).set('Cache-Control', 'public, max-age=300').send(content)

/** `/docs`: Swagger UI from our own disk, so that it works without the internet, and a page for every error. */
export function docsRouter(): Router {
  const router = Router()
  router.get('/', (_request, response) => void send(response, swagger))
  router.get('/start.js', (_request, response) => {
    send(response, { media: 'text/javascript; charset=utf-8', content: start })
  })
  router.use('/assets', staticFiles(assets, { index: false, maxAge: '1h', redirect: false }))
  router.get('/errors', (_request, response) => void send(response, errorIndex()))
  router.get('/errors/:code', (request, response) => {
    const page = errorPage(request.params.code)
    if (!page) throw new Failure('not_found', 'There is no such error code.')
    send(response, page)
  })
  return router
}
