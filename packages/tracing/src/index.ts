export { startTracing, type Tracing } from './start-tracing.js'
export { beginSpan, inSpan, markError, markFailed, recordSpan, type Span, type SpanOptions } from './span.js'
export { currentTraceParent } from './trace-parent.js'
