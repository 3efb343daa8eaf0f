import { isFailure, type FieldFault, type ProblemCode } from '@edfi-tenants/core'
import { readRequest, type Operation, type RawRequest, type RequestOf } from '@edfi-tenants/contract'

/** A request with only the parts that matter to a test. */
export const read = <O extends Operation>(operation: O, raw: Partial<RawRequest>): RequestOf<O> =>
  readRequest(operation, { params: {}, search: '', headers: {}, body: undefined, ...raw })

/** How a request is refused; throws when it is not. */
export function refusal(operation: Operation, raw: Partial<RawRequest>): { code: ProblemCode; errors: FieldFault[] } {
  try {
    read(operation, raw)
  } catch (error) {
    if (isFailure(error)) return { code: error.code, errors: error.errors ?? [] }
    throw error
  }
  throw new Error(`${operation.id} took what it should have refused.`)
}

/** The pointers of a refused request's faults. */
export const pointers = (operation: Operation, raw: Partial<RawRequest>): string[] =>
  refusal(operation, raw).errors.map(({ pointer }) => pointer)
