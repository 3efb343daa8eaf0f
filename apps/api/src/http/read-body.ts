import type { Operation } from '@edfi-tenants/contract'
import { Failure } from '@edfi-tenants/core'
import { json, text, type NextFunction, type Request, type RequestHandler, type Response } from 'express'

/** The largest body of a call that does not say otherwise, in bytes. */
export const maxBodyBytes = 1024 * 1024

const formMedia = 'application/x-www-form-urlencoded'

/**
 * Reads an operation's body: JSON, or a form as its text. Runs after sign-in, so that a stranger cannot make us read a
 * megabyte. A body of another media type is refused; one where none is wanted is read too, for validation to refuse.
 */
export function readBody(operation: Operation): RequestHandler {
  const isForm = operation.bodyMedia === formMedia
  const limit = operation.maxBodyBytes ?? maxBodyBytes
  const parse: RequestHandler = isForm
    ? text({ type: formMedia, limit })
    : json({ type: ['application/json', 'application/*+json'], limit, strict: false })
  const wanted = isForm ? formMedia : 'application/json'
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!hasBody(request)) {
      next()
      return
    }
    void parse(request, response, (error?: unknown) => {
      // Express leaves the body undefined when its media type is not the parser's.
      if (error === undefined && request.body === undefined)
        next(new Failure('not_acceptable_media_type', `The body must be ${wanted}.`))
      else next(error)
    })
  }
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
