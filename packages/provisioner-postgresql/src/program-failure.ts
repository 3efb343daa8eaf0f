import { Failure, type ProblemCode } from '@edfi-tenants/core'
import type { ProgramEnd } from './run-program.js'

interface Meaning {
  pattern: RegExp
  code: ProblemCode
  text: string
  retryable?: boolean
}

/** What pg_dump and pg_restore say, in the order in which it is looked for. They name no SQLSTATE. */
const meanings: Meaning[] = [
  {
    pattern:
      /password authentication failed|no pg_hba\.conf entry|is not permitted to log in|role .* does not exist\s*$/m,
    code: 'server_login_failed',
    text: 'The database server refuses the login.',
  },
  { pattern: /certificate|SSL error/i, code: 'server_unreachable', text: 'The server’s certificate is not accepted.' },
  {
    pattern: /not currently accepting connections/,
    code: 'database_error',
    text: 'The database does not accept connections.',
  },
  {
    pattern: /FATAL: +database .* does not exist/,
    code: 'database_missing',
    text: 'There is no such database.',
  },
  {
    pattern: /No space left on device|could not extend file|disk full/i,
    code: 'server_full',
    text: 'The disk of the database server is full.',
    retryable: true,
  },
  {
    pattern: /too many (clients|connections)|remaining connection slots|out of shared memory/,
    code: 'server_full',
    text: 'The database server is out of a resource.',
    retryable: true,
  },
  {
    pattern:
      /could not connect|connection to server|server closed the connection|terminating connection|no connection to the server|could not receive data|could not send data|SSL SYSCALL/,
    code: 'server_unreachable',
    text: 'No connection, or it broke.',
    retryable: true,
  },
  {
    pattern: /permission denied|must be (owner|superuser|able to)/,
    code: 'insufficient_privilege',
    text:
      'The login of the database server lacks a privilege on an object. To export, it must be able to read all tables ' +
      '(pg_read_all_data, or membership of their owner).',
  },
  {
    pattern: /canceling statement due to lock timeout/,
    code: 'database_error',
    text: 'A lock could not be had in time.',
    retryable: true,
  },
  {
    pattern:
      /valid archive|could not read from input file|unexpected end of file|end of file|input file is too short|could not uncompress|corrupt|unsupported version|unrecognized (data )?block/,
    code: 'archive_corrupt',
    text: 'The exported file is damaged, cut short, or of a newer version.',
  },
]

/** `from TOC entry 215; 1259 16385 TABLE student postgres`: which object it was about. */
const objectPattern = /from TOC entry \d+; \d+ \d+ (.+) \S+$/m

/** The failure that a program's end stands for, in our own words: what it printed may hold data. */
export function programFailure(program: string, { exitCode, errors }: ProgramEnd): Failure {
  const meaning = meanings.find(({ pattern }) => pattern.test(errors))
  const object = objectPattern.exec(errors)?.[1]
  const text = [
    meaning?.text ?? `${program} failed.`,
    ` (${program}, ${exitCode === null ? 'ended by a signal' : `exit code ${exitCode}`}`,
    object === undefined ? ')' : `, at ${object.slice(0, 200)})`,
  ].join('')
  return new Failure(meaning?.code ?? 'database_error', text, {
    // One that was ended from outside may fare better next time.
    retryable: meaning?.retryable ?? exitCode === null,
    cause: new Error(errors),
  })
}
