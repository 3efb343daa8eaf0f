import type { Mode, Settings } from '../options.js'

/**
 * Whether a path names another API version than the one served. Any path that contains the version as a segment
 * counts, paths without one never do. 2.3 knows two versions; the third came with 2.4.
 */
export function isWrongMode(path: string, { mode, version }: Settings): boolean {
  const known: Mode[] = version === '2.3' && mode !== 'v3' ? ['v2', 'v1'] : ['v3', 'v2', 'v1']
  const named = known.find((candidate) => path.toLowerCase().includes(`/${candidate}/`))
  return named !== undefined && named !== mode && !path.includes('/swagger/')
}
