import type { OdsInstanceDerivativeRow } from '../store/tenant-state.js'

/** A derivative as reads show it: never with its connection string. */
export function presentDerivative({ id, odsInstanceId, derivativeType }: OdsInstanceDerivativeRow): object {
  return { id, odsInstanceId, derivativeType }
}
