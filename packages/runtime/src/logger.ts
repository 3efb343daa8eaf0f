import { createLogger as createWinston, format, transports } from 'winston'
import type { Logger as Winston } from 'winston'
import { redact } from './redaction.js'

/** From the most important down; a level includes those before it. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** How to log. */
export interface LogSettings {
  level: LogLevel
  /** `json`: one object a line, for machines. `text`: for people at a terminal. */
  format: 'json' | 'text'
}

/** What a line is about; a child logger puts it on each of its lines. */
export interface LogContext {
  job?: string
  instance?: string
  tenant?: string
  requestId?: string
  [field: string]: unknown
}

type Write = (message: string, details?: Record<string, unknown>) => void

/** The log of a process. Secrets are masked before anything is written; errors go under `error`. */
export interface Logger extends Record<LogLevel, Write> {
  child(context: LogContext): Logger
}

const redaction = format((line) => {
  const { level, message, ...details } = line
  const clean = redact(details) as Record<string, unknown>
  // Kept by reference: winston finds level and format again under symbols.
  for (const name of Object.keys(details)) line[name] = clean[name]
  line.message = redact(message)
  line.level = level
  return line
})

const text = format.printf(({ timestamp, level, message, service, ...details }) => {
  const { error, ...rest } = details as { error?: { stack?: string; message?: string; cause?: unknown } }
  const about = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const head = [String(timestamp), level.toUpperCase().padEnd(5), String(service), String(message), ...about].join(' ')
  if (error === undefined) return head
  const cause = error.cause === undefined ? [] : [`  cause: ${JSON.stringify(error.cause)}`]
  return [head, `  ${error.stack ?? error.message ?? JSON.stringify(error)}`, ...cause].join('\n')
})

function wrap(winston: Winston, lowest: LogLevel): Logger {
  // Asked here, because winston formats a line before it looks whether anyone wants it.
  const isWanted = (level: LogLevel): boolean => logLevels.indexOf(level) <= logLevels.indexOf(lowest)
  const write = (level: LogLevel): Write =>
    isWanted(level) ? (message, details = {}) => void winston.log({ ...details, level, message }) : () => undefined
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: (context) => wrap(winston.child(context), lowest),
  }
}

/**
 * The log of a process, on stderr unless told otherwise, so that stdout stays for what a command answers. `service` says
 * on each line who wrote it.
 */
export function createLogger(
  service: string,
  settings: LogSettings,
  stream: NodeJS.WritableStream = process.stderr,
): Logger {
  return wrap(
    createWinston({
      levels: Object.fromEntries(logLevels.map((level, index) => [level, index])),
      level: settings.level,
      defaultMeta: { service },
      format: format.combine(redaction(), format.timestamp(), settings.format === 'json' ? format.json() : text),
      transports: [new transports.Stream({ stream })],
      exitOnError: false,
    }),
    settings.level,
  )
}
