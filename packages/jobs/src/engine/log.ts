/** What the engine needs of a logger; winston's fits. */
export interface Log {
  info(message: string, fields?: object): unknown
  warn(message: string, fields?: object): unknown
  error(message: string, fields?: object): unknown
  /** A log that puts these fields on each of its lines. */
  child(fields: object): Log
}
