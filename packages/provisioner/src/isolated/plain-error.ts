import { Failure, isFailure, problemKinds, type FieldFault, type ProblemCode } from '@edfi-tenants/core'

/** An error as it travels between processes. */
export interface PlainError {
  name: string
  message: string
  stack?: string
  /** The number of the question whose answer it was: then it is the asking side's own error that comes back. */
  ask?: number
  /** There for failures only. */
  failure?: {
    code: string
    retryable: boolean
    retryAfterMs?: number
    errors?: FieldFault[]
    extensions: Record<string, unknown>
  }
  cause?: PlainError
}

/** Where an error that answered a question keeps that question's number while it travels through the plugin. */
const askOf = new WeakMap<object, number>()

/** An error as plain data; causes deeper than `depth` are left out. */
export function toPlainError(thrown: unknown, depth = 4): PlainError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const ask = askOf.get(error)
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(ask === undefined ? {} : { ask }),
    ...(isFailure(error)
      ? {
          failure: {
            code: error.code,
            retryable: error.retryable,
            ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
            ...(error.errors === undefined ? {} : { errors: plain(error.errors) }),
            extensions: plain(error.extensions),
          },
        }
      : {}),
    ...(error.cause === undefined || depth === 0 ? {} : { cause: toPlainError(error.cause, depth - 1) }),
  }
}

/** What JSON keeps of a value: an extension that cannot travel must not hide the failure it belongs to. */
const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value ?? {})) as Value

/** The error that plain data stands for: a failure with a code that we know, or an error of the same text. */
export function fromPlainError(error: PlainError, ask?: number): Error {
  const made = error.failure && isCode(error.failure.code) ? failureOf(error, error.failure.code) : errorOf(error)
  if (ask !== undefined) askOf.set(made, ask)
  return made
}

/** What an operation that threw this fails with: `provisioner_failed` for what the plugin did not foresee. */
export const operationFailure = (error: PlainError): Failure =>
  error.failure && isCode(error.failure.code)
    ? failureOf(error, error.failure.code)
    : new Failure(
        'provisioner_failed',
        'The provisioner failed in a way it did not foresee; see the log of the worker.',
        {
          cause: errorOf(error),
        },
      )

const isCode = (code: string): code is ProblemCode => Object.hasOwn(problemKinds, code)

function failureOf({ message, failure, cause }: PlainError, code: ProblemCode): Failure {
  const { retryable = false, retryAfterMs, errors, extensions = {} } = failure ?? {}
  return new Failure(code, message, {
    retryable,
    extensions,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(errors === undefined ? {} : { errors }),
    ...(cause === undefined ? {} : { cause: errorOf(cause) }),
  })
}

function errorOf({ name, message, stack, cause }: PlainError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorOf(cause) })
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}
