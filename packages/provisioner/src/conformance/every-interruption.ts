import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { isFailure } from '@edfi-tenants/core'
import type { Operation } from '../operation.js'
import { fenceAfter, operation } from './conformance-context.js'

/**
 * Ends an operation before its first effect, then before its second, and so on until it gets through; `before` makes
 * what it works on, `after` finishes it with a later run and looks at what came out.
 */
export async function everyInterruption<Subject>(
  before: () => Promise<Subject>,
  run: (subject: Subject, operation: Operation) => Promise<unknown>,
  after: (subject: Subject) => Promise<void>,
): Promise<void> {
  for (let passes = 0; ; passes++) {
    const subject = await before()
    const { fence, wasReached } = fenceAfter(passes)
    const error = await run(subject, operation({ fence })).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null) assert.ok(isFailure(error) && error.code === 'lease_lost', inspect(error))
    await after(subject)
    if (!wasReached()) {
      assert.ok(passes > 0, 'calls the fence before each of its effects')
      return
    }
  }
}
