/** The media type of every error body since 2.2.2. */
export const problemJson = 'application/problem+json'

/** An answer that ends a request: what the error handler sends as it stands. */
export class ApiFailure extends Error {
  readonly status: number
  /** JSON body; undefined sends none. */
  readonly body: unknown
  /** Media type of the body; null sends none, as the mode check does. */
  readonly contentType: string | null

  constructor(status: number, body?: unknown, contentType: string | null = problemJson) {
    super(`HTTP ${status}`)
    this.status = status
    this.body = body
    this.contentType = contentType
  }
}

/** Messages per property, in the order the rules failed. Keys are the C# property names; `''` is the whole object. */
export type ValidationErrors = Record<string, string[]>

/** 400 of the validators. */
export function validationFailed(errors: ValidationErrors): ApiFailure {
  return new ApiFailure(400, { title: 'Validation failed', errors })
}

/** 400 with one message for one property. */
export function invalid(property: string, message: string): ApiFailure {
  return validationFailed({ [property]: [message] })
}

/** 404 of a lookup by id; the spelling of `resource` varies per call site in the original and is kept. */
export function notFound(resource: string, id: number | string): ApiFailure {
  return new ApiFailure(404, { title: `Not found: ${resource} with ID ${id}. It may have been recently deleted.` })
}

/** 400 of a body, path value or query value that cannot be read as its type. */
export function malformedRequest(): ApiFailure {
  return new ApiFailure(400, {
    message: 'The request body contains malformed JSON. Please ensure your data is properly formatted and try again.',
  })
}

/** 500 of everything unforeseen, which includes violated database constraints. */
export function unexpected(): ApiFailure {
  return new ApiFailure(500, {
    message: 'The server encountered an unexpected condition that prevented it from fulfilling the request.',
  })
}

/** 409 of a duplicate application under `PreventDuplicateApplications`. */
export function conflict(message: string): ApiFailure {
  return new ApiFailure(409, { message })
}

/** 400 of a path whose version is not the one this process serves. */
export function wrongMode(): ApiFailure {
  return new ApiFailure(400, { message: 'Wrong API version for this instance mode.' }, null)
}

/** 415 of a body with the wrong media type. */
export function unsupportedMediaType(): ApiFailure {
  return new ApiFailure(415)
}

/** Texts that more than one resource uses. */
export const messages = {
  odsInstanceId: 'Please provide valid ods instance id. The id {OdsInstanceId} does not exist.',
  odsInstanceIds: 'Please provide at least one ods instance id.',
  connectionString: 'The connection string is not valid.',
  claimSetExists: 'A claim set with this name already exists in the database. Please enter a unique name.',
  endpointDisabled: 'This endpoint has been disabled on application settings.',
} as const
