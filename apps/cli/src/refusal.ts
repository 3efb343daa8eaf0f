/** Why a command is not carried out, in words for whoever has typed it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** For machines, as in problems of the API. */
  readonly code: string
  /** Each fault by itself, where there are several. */
  readonly faults: readonly RefusalFault[]

  constructor(message: string, more: { code?: string; faults?: readonly RefusalFault[] } = {}) {
    super(message)
    this.code = more.code ?? 'bad_usage'
    this.faults = more.faults ?? []
  }
}

/** One fault: of a line of a file where there is one. */
export interface RefusalFault {
  /** Of the file, the first is 1. */
  line?: number
  ref?: string | null
  /** Column, or pointer into the request. */
  where: string
  detail: string
}
