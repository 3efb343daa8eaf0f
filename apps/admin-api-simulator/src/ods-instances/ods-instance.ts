import { notFound } from '../http/errors.js'
import type { OdsInstanceRow, TenantState } from '../store/tenant-state.js'
import { byId } from '../store/table.js'
import { presentContext } from '../ods-instance-contexts/ods-instance-context.js'
import { presentDerivative } from '../ods-instance-derivatives/ods-instance-derivative.js'

/** Looks an instance up. @throws ApiFailure 404. */
export function getOdsInstance(tenant: TenantState, id: number): OdsInstanceRow {
  const found = byId(tenant.odsInstances, id)
  if (found === undefined) throw notFound('odsInstance', id)
  return found
}

/** An instance as lists show it: never with its connection string. */
export function presentOdsInstance({ id, name, instanceType }: OdsInstanceRow): object {
  return { id, name, instanceType }
}

/** An instance as a read by id shows it, with its contexts and derivatives. */
export function presentOdsInstanceDetail(tenant: TenantState, row: OdsInstanceRow): object {
  const ofThis = (child: { odsInstanceId: number }): boolean => child.odsInstanceId === row.id
  return {
    ...presentOdsInstance(row),
    odsInstanceContexts: tenant.odsInstanceContexts.rows.filter(ofThis).map(presentContext),
    odsInstanceDerivatives: tenant.odsInstanceDerivatives.rows.filter(ofThis).map(presentDerivative),
  }
}
