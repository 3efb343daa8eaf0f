import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The account that native services run as when we are root; PostgreSQL refuses to run as root. */
export interface ServiceAccount {
  name: string
  uid: number
  gid: number
}

/** Whether this process is root. Windows has no such thing. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

function findAccount(): ServiceAccount | undefined {
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const row = rows.find(([name]) => name === wanted)
    // macOS writes nobody's ids as -2.
    if (row) return { name: wanted, uid: Number(row[2]) >>> 0, gid: Number(row[3]) >>> 0 }
  }
  return undefined
}

/**
 * As root: the `postgres` account, or else `nobody`, or else a system account `postgres` made for it. As anyone else:
 * undefined, for services then run as the user. Throws when root has no account and cannot make one.
 */
export function serviceAccount(): ServiceAccount | undefined {
  if (!isRoot()) return undefined
  const found = findAccount()
  if (found) return found
  const made =
    spawnSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres']).status === 0 ||
    spawnSync('adduser', ['-S', '-D', '-H', 'postgres']).status === 0
  const account = made ? findAccount() : undefined
  if (!account) throw new Error('PostgreSQL cannot run as root: add an account named postgres, or run as another user')
  return account
}
