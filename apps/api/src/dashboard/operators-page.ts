import { fileURLToPath } from 'node:url'
import { Router, static as staticFiles } from 'express'

/** Where the page stands below the dashboard. */
export const operatorsPath = '/dashboard/operations/'

/** What the sign-in form of the page needs, the one file that is given to everybody. */
export const signInScript = fileURLToPath(new URL('../../operators-page/sign-in.js', import.meta.url))

const files = fileURLToPath(new URL('../../operators-page', import.meta.url))

/** Stricter than elsewhere: nothing of this page is inline, and it speaks with this server only. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Batches and jobs for operators: files as they are in `operators-page`, which ask the API like any client. */
export function operatorsPage(): Router {
  const router = Router()
  router.use((_request, response, next) => {
    response.set('Content-Security-Policy', policy)
    next()
  })
  router.use(staticFiles(files, { cacheControl: false, etag: false, lastModified: false }))
  return router
}
