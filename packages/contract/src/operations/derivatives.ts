import { byDerivative, derivativeList, derivativeRequest, refreshRequest } from '../derivatives.js'
import { queuedJobExample } from '../examples/archives.js'
import { activeInstanceExample } from '../examples/instances.js'
import { instanceAccepted } from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

const accepted = (type: string, ...steps: string[]) => ({
  description: 'The job, and the instance as it is now.',
  schema: instanceAccepted,
  example: { job: queuedJobExample(type, ...steps), instance: activeInstanceExample },
  headers: acceptedHeaders,
})

/** `/v1/instances/{id}/derivatives`. */
export const derivativeOperations = {
  listDerivatives: defineOperation({
    id: 'listDerivatives',
    method: 'get',
    path: '/v1/instances/{id}/derivatives',
    summary: 'List the derivatives of an instance',
    tag: 'Instances',
    scope: 'read',
    params: byId,
    responses: {
      200: {
        description: 'Its snapshot and its read replica, as far as there are.',
        schema: derivativeList,
        example: {
          items: [
            {
              derivativeType: 'Snapshot',
              source: 'copy',
              databaseName: 'tm_snapshot_6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d',
              registered: null,
              createdAt: '2026-07-01T09:00:00.000Z',
              refreshedAt: null,
            },
          ],
        },
      },
    },
    problems: [],
  }),
  createDerivative: defineOperation({
    id: 'createDerivative',
    method: 'post',
    path: '/v1/instances/{id}/derivatives',
    summary: 'Add a derivative to an instance',
    description:
      'Starts a job `instance.derivative-create` that registers a snapshot or read replica with Admin API. `source: copy` makes a copy of the database as it is now; it can only be a snapshot. `registered` names a database of the operator’s own, which ODS/API signs in to with the instance’s login.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    body: derivativeRequest,
    bodyExamples: {
      snapshot: { derivativeType: 'Snapshot', source: 'copy' },
      replica: { derivativeType: 'ReadReplica', registered: { host: 'replica-01.example.org', port: 5432 } },
    },
    idempotent: true,
    responses: {
      202: accepted('instance.derivative-create', 'copy-derivative', 'register-derivative', 'notify-ods-api'),
    },
    problems: [
      'instance_busy',
      'instance_not_active',
      'instance_deleted',
      'name_taken',
      'not_supported',
      'target_host_refused',
      'outside_grant',
    ],
  }),
  deleteDerivative: defineOperation({
    id: 'deleteDerivative',
    method: 'delete',
    path: '/v1/instances/{id}/derivatives/{type}',
    summary: 'Remove a derivative of an instance',
    description:
      'Starts a job `instance.derivative-delete`: Admin API forgets it, then a copy is dropped. The operator’s own databases are left alone.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byDerivative,
    idempotent: true,
    responses: {
      202: accepted('instance.derivative-delete', 'unregister-derivative', 'notify-ods-api', 'drop-derivative'),
    },
    problems: ['instance_busy', 'instance_not_active', 'instance_deleted'],
  }),
  refreshDerivative: defineOperation({
    id: 'refreshDerivative',
    method: 'post',
    path: '/v1/instances/{id}/derivatives/{type}/refresh',
    summary: 'Refresh a snapshot',
    description:
      'Starts a job `instance.derivative-refresh`: a new copy is made beside the old one, registered in its place, and then the old one is dropped.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byDerivative,
    body: refreshRequest,
    bodyExamples: { plain: {} },
    idempotent: true,
    responses: {
      202: accepted(
        'instance.derivative-refresh',
        'copy-derivative',
        'register-derivative',
        'notify-ods-api',
        'drop-old-derivative',
      ),
    },
    problems: ['instance_busy', 'instance_not_active', 'instance_deleted', 'not_supported'],
  }),
}
