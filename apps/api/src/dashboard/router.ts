import { Failure } from '@edfi-tenants/core'
import { appendAuditEvents } from '@edfi-tenants/store'
import { Router, urlencoded, type Request, type Response } from 'express'
import { requestIdOf } from '../http/request-id.js'
import type { Parts } from '../parts.js'
import { attemptLimit, failureLimit } from '../sign-in/attempt-limit.js'
import { createBoard } from './board.js'
import { operatorsPage, operatorsPath, signInScript } from './operators-page.js'
import { closeSession, maySee, openSession, pageToken, sessionOf, type Session } from './session.js'
import { signInPage } from './sign-in-page.js'

/**
 * `/dashboard`: Bull Board, to look at only, and beside it the operators' page, behind a sign-in of their own. Null when
 * they are switched off.
 */
export function dashboardRouter(parts: Parts): Router | null {
  if (!parts.dashboardQueues) return null
  const router = Router()
  const form = urlencoded({ extended: false, limit: '10kb' })

  router.get('/sign-in', (request, response) => showSignIn(response, 200, { goal: goalOf(request.originalUrl) }))
  router.get('/sign-in.js', (_request, response) => {
    response.sendFile(signInScript, { cacheControl: false, headers: { 'Cache-Control': 'no-store' } })
  })
  router.post('/sign-in', fromHere, failureLimit(), form, attemptLimit(formClientId), async (request, response) => {
    const { client_id: id, client_secret: secret, goal } = (request.body ?? {}) as Record<string, unknown>
    const client =
      typeof id === 'string' && typeof secret === 'string' ? await parts.signIn.clientWith(id, secret) : null
    const welcome = client !== null && maySee(client)
    await appendAuditEvents(parts.store.database, [
      {
        actor: client?.id ?? 'anonymous',
        action: 'dashboard.sign-in',
        outcome: welcome ? 'succeeded' : 'refused',
        requestId: requestIdOf(response),
        remoteAddress: request.ip ?? null,
      },
    ])
    if (!welcome) {
      showSignIn(response, 401, { failed: true, goal: goal === 'operations' })
      return
    }
    await openSession(request, response, parts.signIn, client)
    response.redirect(303, goal === 'operations' ? operatorsPath : '/dashboard')
  })
  router.post('/sign-out', fromHere, (request, response) => {
    closeSession(request, response).redirect(303, '/dashboard/sign-in')
  })

  router.use(async (request, response, next) => {
    response.set('Cache-Control', 'no-store')
    const session = await sessionOf(request, parts.signIn)
    if (!session) {
      if (request.path.startsWith('/api/') || request.method === 'POST')
        throw new Failure('unauthenticated', 'Sign in to the dashboard first.')
      const forPage = `${request.baseUrl}${request.path}`.startsWith(operatorsPath.slice(0, -1))
      response.redirect(303, `/dashboard/sign-in${forPage ? '?goal=operations' : ''}`)
      return
    }
    response.locals['session'] = session
    next()
  })
  router.post('/token', fromHere, async (_request, response) => {
    response.json(await pageToken(response.locals['session'] as Session, parts.signIn))
  })
  router.use((request, _response, next) => {
    // Looking changes nothing; whatever would change something is another method.
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Failure('method_not_allowed', 'The dashboard is read-only.', {
        extensions: { headers: { Allow: 'GET, HEAD' } },
      })
    next()
  })
  router.use('/operations', operatorsPage())
  router.use(createBoard(parts.dashboardQueues, parts.log))
  return router
}

const goalOf = (url: string): boolean => url.endsWith('?goal=operations')

function showSignIn(response: Response, status: number, about: { failed?: boolean; goal: boolean }): void {
  const { media, content } = signInPage(about)
  response.status(status).set('Content-Type', media).set('Cache-Control', 'no-store').send(content)
}

/** Refuses forms that another site sends: browsers say where a request comes from. */
function fromHere(request: Request, _response: Response, next: () => void): void {
  const site = request.headers['sec-fetch-site']
  const { origin } = request.headers
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== 'null' && URL.canParse(origin) && new URL(origin).host !== request.get('host'))
  if (foreign) throw new Failure('insufficient_scope', 'This form is for the dashboard’s own pages only.')
  next()
}

function formClientId({ body }: Request): string {
  const { client_id: id } = (body ?? {}) as Record<string, unknown>
  return typeof id === 'string' ? id : ''
}
