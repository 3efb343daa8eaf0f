import {
  findingExample,
  listedReconciliationExample,
  newReconciliationExample,
  reconciliationExample,
  reconciliationJobExample,
  resolutionExample,
} from '../examples/reconciliations.js'
import { defineOperation } from '../operation.js'
import {
  byFinding,
  reconciliationAccepted,
  reconciliationListQuery,
  reconciliationPage,
  reconciliationRequest,
  reconciliationSchema,
  resolutionAccepted,
  resolveRequest,
} from '../reconciliations.js'
import { acceptedHeaders, byId } from './parameters.js'

/** `/v1/reconciliations`. */
export const reconciliationOperations = {
  createReconciliation: defineOperation({
    id: 'createReconciliation',
    method: 'post',
    path: '/v1/reconciliations',
    summary: 'Compare with database servers and Admin API',
    description:
      'Starts a job `reconciliation.run` that compares database servers and Admin API with our records and reports what does not fit; it changes nothing. Databases of other installations are never told of, nor are instances that a job is about. A client bound to one tenant gets that tenant’s; one bound to several names one.',
    tag: 'Reconciliation',
    scope: 'instances:operate',
    body: reconciliationRequest,
    bodyExamples: { everything: {}, server: { server: 'postgres-01' }, tenant: { tenant: 'district-255901' } },
    idempotent: true,
    responses: {
      202: {
        description: 'The job, and the reconciliation that it fills.',
        schema: reconciliationAccepted,
        example: { job: reconciliationJobExample, reconciliation: newReconciliationExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['unknown_tenant', 'unknown_server', 'environment_required'],
  }),
  listReconciliations: defineOperation({
    id: 'listReconciliations',
    method: 'get',
    path: '/v1/reconciliations',
    summary: 'List reconciliations',
    description: 'Newest first, without findings. One of all tenants is visible only to clients bound to all.',
    tag: 'Reconciliation',
    scope: 'read',
    query: reconciliationListQuery,
    responses: {
      200: {
        description: 'A page of reconciliations.',
        schema: reconciliationPage,
        example: { items: [listedReconciliationExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getReconciliation: defineOperation({
    id: 'getReconciliation',
    method: 'get',
    path: '/v1/reconciliations/{id}',
    summary: 'Get a reconciliation with its findings',
    tag: 'Reconciliation',
    scope: 'read',
    params: byId,
    responses: {
      200: {
        description: 'The reconciliation. `Retry-After` is there until it has ended.',
        schema: reconciliationSchema,
        example: reconciliationExample,
        headers: ['Retry-After'],
      },
    },
    problems: [],
  }),
  resolveFinding: defineOperation({
    id: 'resolveFinding',
    method: 'post',
    path: '/v1/reconciliations/{id}/findings/{findingId}/resolve',
    summary: 'Do something about a finding',
    description:
      'Starts one job: `reconciliation.purge-database`, `reconciliation.purge-registration`, `instance.reregister` (repair), `instance.adopt`, or `instance.delete` or `instance.purge` (forget). Each looks again before it changes anything.',
    tag: 'Reconciliation',
    scope: 'instances:operate',
    params: byFinding,
    body: resolveRequest,
    bodyExamples: {
      purge: { action: 'purge', confirm: findingExample.subject },
      repair: { action: 'repair' },
      adopt: { action: 'adopt', adopt: { tenant: 'district-255901', name: 'Grand Bend 2026' } },
    },
    idempotent: true,
    responses: {
      202: {
        description: 'The job, and the finding as it is now.',
        schema: resolutionAccepted,
        example: resolutionExample,
        headers: acceptedHeaders,
      },
    },
    problems: [
      'finding_not_open',
      'action_not_offered',
      'confirmation_required',
      'deletion_disabled',
      'deletion_protected',
      'delete_limit_reached',
      'instance_busy',
      'instance_deleted',
      'instance_not_active',
      'outside_grant',
      'instance_exists',
      'name_taken',
      'database_name_taken',
      'instance_limit_reached',
      'unknown_tenant',
      'unknown_server',
      'engine_mismatch',
      'contexts_required',
      'registration_missing',
      'registration_differs',
      'not_supported',
      'admin_api_unreachable',
    ],
  }),
}
