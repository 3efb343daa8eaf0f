import { batchAccepted } from '../batches.js'
import { createBatchExample } from '../examples/batches.js'
import { rolloverPlanExample, rolloverRequestExamples } from '../examples/rollover.js'
import { defineOperation } from '../operation.js'
import { checkRollover, rolloverPlan, rolloverQuery, rolloverRequest } from '../rollover.js'
import { acceptedHeaders } from './parameters.js'

/** The school-year rollover. */
export const rolloverOperations = {
  rollOver: defineOperation({
    id: 'rollOver',
    method: 'post',
    path: '/v1/batches/rollover',
    summary: 'Roll over to the next school year',
    description:
      'Makes, for every active or stopped instance of a school year, the one of another year: names, display names, names of databases, contexts and labels with the school year replaced, from a template or as a clone. It is a batch like any other, whose items carry the id of last year’s instance as `ref`; asked for again, what is there counts as `unchanged`. With `?validateOnly=true` it answers 200 with the plan, instance by instance, and changes nothing. `after` needs the scope `instances:operate` too.',
    tag: 'Batches',
    scope: 'instances:create',
    query: rolloverQuery,
    body: rolloverRequest,
    bodyExamples: rolloverRequestExamples,
    check: checkRollover,
    idempotent: true,
    responses: {
      200: { description: 'The plan (`?validateOnly=true`).', schema: rolloverPlan, example: rolloverPlanExample },
      202: {
        description: 'The batch.',
        schema: batchAccepted,
        example: {
          batch: {
            ...createBatchExample,
            options: { rollover: { fromYear: 2026, toYear: 2027, attachCredentials: true, after: 'instance.stop' } },
          },
        },
        headers: acceptedHeaders,
      },
    },
    problems: ['nothing_to_roll_over', 'batch_too_large', 'name_taken', 'unknown_tenant'],
  }),
}
