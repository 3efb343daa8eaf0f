import { problem, type FieldFault, type Problem, type ProblemCode } from './problems.js'

/** What a {@link Failure} says beyond its code and sentence. */
export interface FailureDetails {
  /** Whether the same thing, done again later without any change, may succeed. Decided by whoever throws. */
  retryable?: boolean
  /** Earliest moment for another try, in milliseconds from now, where the other side said so. */
  retryAfterMs?: number
  errors?: FieldFault[]
  /** Further fields of the problem, for example a link to the job that is in the way. Never a secret. */
  extensions?: Record<string, unknown>
  cause?: unknown
}

/**
 * The one error of this product. Foreign errors (drivers, HTTP) are translated into it in one file per adapter;
 * `message` becomes the problem's `detail`, so it holds no secret.
 */
export class Failure extends Error {
  readonly code: ProblemCode
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly errors: FieldFault[] | undefined
  readonly extensions: Record<string, unknown>

  constructor(code: ProblemCode, detail: string, details: FailureDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.code = code
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.errors = details.errors
    this.extensions = details.extensions ?? {}
  }

  /** The failure as problem details. */
  toProblem(): Problem {
    return problem(this.code, this.message, { ...this.extensions, ...(this.errors ? { errors: this.errors } : {}) })
  }
}

/** Whether an unknown thing is a {@link Failure}, also one that another copy of this package made. */
export const isFailure = (error: unknown): error is Failure =>
  error instanceof Failure ||
  (error instanceof Error && error.name === 'Failure' && 'code' in error && 'retryable' in error)

/** The failure that an unknown error stands for: itself, or `internal_error` without the foreign text. */
export const asFailure = (error: unknown): Failure =>
  isFailure(error) ? error : new Failure('internal_error', 'An unexpected error; see the log.', { cause: error })
