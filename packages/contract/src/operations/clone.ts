import { Type } from '@sinclair/typebox'
import { cloneRequest } from '../clone.js'
import { queuedJobExample } from '../examples/archives.js'
import { activeInstanceExample, instancePlanExample, newInstanceExample } from '../examples/instances.js'
import {
  checkInstanceRequest,
  instanceAccepted,
  instancePlan,
  instanceRequestQuery,
  instanceSchema,
} from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

/** Copying an instance. */
export const cloneOperations = {
  cloneInstance: defineOperation({
    id: 'cloneInstance',
    method: 'post',
    path: '/v1/instances/{id}/clone',
    summary: 'Clone an instance',
    description:
      'Starts a job `instance.clone` that makes a new instance with the data of this one; contexts, labels and applications are those given here. The same request again answers as for creating an instance. With `?validateOnly=true` it answers 200 with the plan, which says whether the source is interrupted.',
    tag: 'Instances',
    scope: 'instances:create',
    params: byId,
    query: instanceRequestQuery,
    body: cloneRequest,
    bodyExamples: {
      plain: { name: 'Grand Bend 2026 test' },
      withContexts: { name: 'Grand Bend 2026 test', contexts: { schoolYearFromRoute: '2026' }, method: 'dump' },
    },
    check: checkInstanceRequest,
    idempotent: true,
    responses: {
      200: {
        description: 'The plan (`?validateOnly=true`), or the instance that the same request has already made.',
        schema: Type.Union([instancePlan, instanceSchema]),
        example: instancePlanExample,
      },
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: {
          job: queuedJobExample('instance.clone', 'reserve-name', 'copy-database', 'verify-database', 'register'),
          instance: { ...newInstanceExample, origin: 'cloned', sourceInstanceId: activeInstanceExample.id },
        },
        headers: acceptedHeaders,
      },
    },
    problems: [
      'instance_not_active',
      'instance_deleted',
      'instance_exists',
      'instance_busy',
      'database_name_taken',
      'instance_limit_reached',
      'no_server',
      'unknown_server',
      'unknown_tenant',
      'unknown_seed_bundle',
      'engine_mismatch',
      'contexts_required',
      'not_supported',
    ],
  }),
}
