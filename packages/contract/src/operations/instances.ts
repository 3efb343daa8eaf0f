import { Type } from '@sinclair/typebox'
import { createInstanceJobExample, updateInstanceJobExample } from '../examples/jobs.js'
import {
  activeInstanceExample,
  instancePlanExample,
  instanceRequestExamples,
  newInstanceExample,
} from '../examples/instances.js'
import {
  checkInstanceChange,
  checkInstanceRequest,
  instanceAccepted,
  instanceChange,
  instanceListQuery,
  instancePage,
  instancePlan,
  instanceRequest,
  instanceRequestQuery,
  instanceSchema,
} from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

/** `/v1/instances`. */
export const instanceOperations = {
  createInstance: defineOperation({
    id: 'createInstance',
    method: 'post',
    path: '/v1/instances',
    summary: 'Create an instance',
    description:
      'Starts a job `instance.create`. The same request again answers 202 with the same job while it runs, and 200 with the instance once it is done. With `?validateOnly=true` it answers 200 with the plan and changes nothing.',
    tag: 'Instances',
    scope: 'instances:create',
    query: instanceRequestQuery,
    body: instanceRequest,
    bodyExamples: instanceRequestExamples,
    check: checkInstanceRequest,
    idempotent: true,
    responses: {
      200: {
        description: 'The plan (`?validateOnly=true`), or the instance that the same request has already created.',
        schema: Type.Union([instancePlan, instanceSchema]),
        example: instancePlanExample,
      },
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: { job: createInstanceJobExample, instance: newInstanceExample },
        headers: acceptedHeaders,
      },
    },
    problems: [
      'contexts_required',
      'name_taken',
      'instance_exists',
      'instance_busy',
      'database_name_taken',
      'instance_limit_reached',
      'no_server',
      'unknown_server',
      'unknown_tenant',
      'unknown_template',
      'unknown_seed_bundle',
      'engine_mismatch',
      'not_supported',
    ],
  }),
  listInstances: defineOperation({
    id: 'listInstances',
    method: 'get',
    path: '/v1/instances',
    summary: 'List instances',
    description:
      'All filters given must fit. Contexts and labels: `?context.schoolYearFromRoute=2026&label.stage=prod`.',
    tag: 'Instances',
    scope: 'read',
    query: instanceListQuery,
    responses: {
      200: {
        description: 'A page of instances.',
        schema: instancePage,
        example: { items: [activeInstanceExample], nextCursor: 'WzQyXQ' },
      },
    },
    problems: [],
  }),
  getInstance: defineOperation({
    id: 'getInstance',
    method: 'get',
    path: '/v1/instances/{id}',
    summary: 'Get an instance',
    tag: 'Instances',
    scope: 'read',
    params: byId,
    responses: { 200: { description: 'The instance.', schema: instanceSchema, example: activeInstanceExample } },
    problems: [],
  }),
  updateInstance: defineOperation({
    id: 'updateInstance',
    method: 'patch',
    path: '/v1/instances/{id}',
    summary: 'Change an instance',
    description:
      '`labels`, `displayName` and `deletionProtection` change at once (200). `contexts` and `instanceType` are registered with Admin API and start a job `instance.update` (202). `labels` and `contexts` are replaced as a whole.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    body: instanceChange,
    bodyExamples: {
      labels: { labels: { district: '255901', stage: 'production' } },
      contexts: { contexts: { schoolYearFromRoute: '2027' } },
    },
    check: checkInstanceChange,
    responses: {
      200: { description: 'The instance, changed.', schema: instanceSchema, example: activeInstanceExample },
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: { job: updateInstanceJobExample, instance: activeInstanceExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['instance_busy', 'instance_not_active', 'instance_deleted', 'contexts_required'],
  }),
}
