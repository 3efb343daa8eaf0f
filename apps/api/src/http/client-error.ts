import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { invalid, problemMediaType } from '@edfi-tenants/contract'
import { problemAnswer } from './problem-answer.js'

/** Node's words for what it could not read (https://nodejs.org/api/errors.html); anything else is no HTTP at all. */
const details: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: 'the method is none of HTTP',
  HPE_INVALID_HEADER_TOKEN: 'a header is malformed',
  HPE_HEADER_OVERFLOW: 'the headers are too large',
  ERR_HTTP_REQUEST_TIMEOUT: 'the request took too long to arrive',
}

/**
 * Answers what is not HTTP, and therefore never becomes a request, as problem details too, and closes the connection.
 * For the event `clientError` of a server.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // As Node itself looks: an answer already on its way must not get another one into its midst.
  const { _httpMessage: current } = socket as Duplex & { _httpMessage?: { headersSent: boolean } | null }
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent) {
    socket.destroy()
    return
  }
  const requestId = randomUUID()
  const detail = details[error.code ?? ''] ?? 'the request is not proper HTTP'
  const { status, body } = problemAnswer(invalid([{ pointer: '', detail }]), requestId)
  const content = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${String(Buffer.byteLength(content))}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${content}`)
}
