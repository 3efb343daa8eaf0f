import { Request, type Connection } from 'tedious'

/**
 * Closes the two ways in which this driver lets an answer end the process. An answer that it cannot read is thrown by a
 * stream that nobody listens to; and when a connection ends while its last answer is still being read, a request is
 * called back that has been forgotten already. Both end the connection instead, which whoever waits for it is told.
 */
export function keepHarmless(connection: Connection): void {
  const read = connection.createTokenStreamParser.bind(connection)
  const end = () => connection.close()
  connection.createTokenStreamParser = (message, handler) => {
    const reader = read(message, guarded(handler, end))
    reader.parser.on('error', end)
    return reader
  }
  connection.on('end', () => {
    Object.assign(connection, { request: new Request(undefined, () => undefined) })
  })
}

/** A handler of tokens that does not throw at one that it did not expect. */
function guarded<Handler extends object>(handler: Handler, end: () => void): Handler {
  return new Proxy(handler, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      return (...given: unknown[]): unknown => {
        try {
          return Reflect.apply(value, target, given)
        } catch {
          end()
          return undefined
        }
      }
    },
  })
}
