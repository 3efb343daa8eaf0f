import type { OdsInstanceContextRow } from '../store/tenant-state.js'

/** A context as reads show it. */
export function presentContext({ id, odsInstanceId, contextKey, contextValue }: OdsInstanceContextRow): object {
  return { id, odsInstanceId, contextKey, contextValue }
}
