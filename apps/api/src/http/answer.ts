import { type Operation, type ResponseHeader, type ResponseOf, type StatusOf } from '@edfi-tenants/contract'
import type { Response } from 'express'

/** What a handler gives back; written by {@link sendAnswer}. */
export interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  /** JSON. */
  body?: unknown
  /** A body of another media type, instead of JSON. */
  text?: { media: string; content: string }
  /** A body that is written bit by bit, for as long as it takes. */
  stream?: { media: string; write: (response: Response) => void }
}

type Headers = Partial<Record<ResponseHeader | 'Link' | 'Content-Disposition', string>>

/** The answers that the contract lets an operation give. */
export type AnswerOf<O extends Operation> = {
  [S in StatusOf<O>]:
    | ([ResponseOf<O, S>] extends [undefined]
        ? { status: S; headers?: Headers }
        : { status: S; headers?: Headers; body: ResponseOf<O, S> })
    | { status: S; headers?: Headers; text: { media: string; content: string } }
    | { status: S; headers?: Headers; stream: { media: string; write: (response: Response) => void } }
}[StatusOf<O>]

/** Writes an answer in one go. What the API says is nobody else's to keep, so nothing is cached. */
export function sendAnswer(response: Response, answer: Answer, media = 'application/json; charset=utf-8'): void {
  const { text, stream } = answer
  if (stream) {
    // Proxies that collect answers before they pass them on are asked not to (nginx).
    const headers = { 'Cache-Control': 'no-store', 'Content-Type': stream.media, 'X-Accel-Buffering': 'no' }
    response.writeHead(answer.status, { ...headers, ...answer.headers })
    response.flushHeaders()
    stream.write(response)
    if (response.req.method === 'HEAD') response.end()
    return
  }
  const content = text ? text.content : answer.body === undefined ? null : JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    'Cache-Control': 'no-store',
    ...answer.headers,
    ...(content === null
      ? {}
      : { 'Content-Type': text?.media ?? media, 'Content-Length': String(Buffer.byteLength(content)) }),
  })
  response.end(content ?? undefined)
}

/** 200 with a body. */
export const ok = <Body>(body: Body, headers: Headers = {}) => ({ status: 200 as const, headers, body })

/** 201 with a body, and where what was made is from now on. */
export const created = <Body>(location: string, body: Body, headers: Headers = {}) => ({
  status: 201 as const,
  headers: { Location: location, ...headers },
  body,
})

/** 204. */
export const noContent = { status: 204 as const }
