/** One fault of a request: where (a JSON pointer into the body, `?name`, `header:Name`), and what is wrong. */
export interface FieldFault {
  pointer: string
  detail: string
}

/** What an {@link ApiError} is made of. */
export interface ApiErrorParts {
  code: string
  detail: string
  status?: number | null
  title?: string
  requestId?: string | null
  errors?: readonly FieldFault[]
  retryAfterMs?: number | null
  body?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/**
 * The one error that calls fail with. `code` is that of the problem the API answered with
 * (https://www.rfc-editor.org/rfc/rfc9457), or `unreachable` when no answer came, `unexpected_answer` when somebody else
 * has answered, such as a proxy.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  /** What happened this time, for people. */
  readonly detail: string
  /** Null when there was no answer. */
  readonly status: number | null
  readonly title: string
  /** To find the request in the log of the API. */
  readonly requestId: string | null
  /** Every fault of the request, for `validation_failed`. */
  readonly errors: readonly FieldFault[]
  /** After which a repetition makes sense, where the API says so. */
  readonly retryAfterMs: number | null
  /** The whole problem, with the further fields that some codes have. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(parts: ApiErrorParts) {
    super(`${parts.code}: ${parts.detail}`, parts.cause === undefined ? {} : { cause: parts.cause })
    this.code = parts.code
    this.detail = parts.detail
    this.status = parts.status ?? null
    this.title = parts.title ?? parts.code
    this.requestId = parts.requestId ?? null
    this.errors = parts.errors ?? []
    this.retryAfterMs = parts.retryAfterMs ?? null
    this.body = parts.body ?? {}
  }
}
