import { existsSync, readFileSync } from 'node:fs'

/** What a process has used. */
export interface ProcessUsage {
  /** Resident now, and the most it ever was. */
  residentMb: number
  peakMb: number
  /** Processor time since its start. */
  processorMs: number
}

/** Ticks per second in /proc: `sysconf(_SC_CLK_TCK)`, 100 on every architecture that Node runs on. */
const ticksPerSecond = 100

/** Whether this system tells (Linux does). */
export const canReadUsage = (): boolean => existsSync('/proc/self/status')

/** Reads it from /proc (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
export function readUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name that may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return {
    residentMb: megabytes('VmRSS'),
    peakMb: megabytes('VmHWM'),
    processorMs: (ticks / ticksPerSecond) * 1000,
  }
}
