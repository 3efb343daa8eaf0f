import { asFailure } from '@edfi-tenants/core'
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api'
import { contextOf } from './trace-parent.js'

export type { Span }

/** What a span is, and what it hangs on. */
export interface SpanOptions {
  /** `server`: a request that is answered; `consumer`: work taken from a queue; `client`: a call of ours; else `internal`. */
  kind?: keyof typeof kinds
  /** Never a secret. Those without a value are left out. */
  attributes?: Record<string, string | number | boolean | null | undefined>
  /** A `traceparent`; undefined: what is going on here. Null begins a trace. */
  parent?: string | null
  /** When it began, in milliseconds since 1970; now by default. */
  startTime?: number
}

const kinds = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
}

// Asked for anew, because what is asked for before tracing starts would record nothing for good.
const start = (name: string, { kind = 'internal', attributes = {}, parent, startTime }: SpanOptions) => {
  const around = parent === undefined ? context.active() : contextOf(parent)
  const known = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined)
  const options = { kind: kinds[kind], attributes: Object.fromEntries(known) as Attributes }
  const span = trace
    .getTracer('edfi-tenants')
    .startSpan(name, startTime === undefined ? options : { ...options, startTime }, around)
  return { span, inside: trace.setSpan(around, span) }
}

/** Begins a span and calls `work` inside it; whoever began it ends it. */
export function beginSpan(name: string, options: SpanOptions, work: (span: Span) => void): void {
  const { span, inside } = start(name, options)
  context.with(inside, work, undefined, span)
}

/** Does the work inside a span that ends with it; a thrown error marks the span as failed and goes on. */
export async function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const { span, inside } = start(name, options)
  try {
    return await context.with(inside, work, undefined, span)
  } catch (error) {
    markFailed(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** Records something that began earlier and ends now. */
export function recordSpan(name: string, options: SpanOptions & { startTime: number }): void {
  start(name, options).span.end()
}

/** Marks a span as failed, with the code of the failure and whether it is repeated. Foreign texts stay outside. */
export function markFailed(span: Span, error: unknown): void {
  const { code, message, retryable } = asFailure(error)
  span
    .setStatus({ code: SpanStatusCode.ERROR, message })
    .setAttributes({ 'error.type': code, 'tm.retryable': retryable })
}

/** Marks a span as failed where there is no failure to speak of, only an answer. */
export function markError(span: Span, message?: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) })
}
