import { Type } from '@sinclair/typebox'
import { adoptRequest, releaseRequest, relocateRequest, reregisterRequest } from '../adopt.js'
import { queuedJobExample } from '../examples/archives.js'
import { activeInstanceExample, newInstanceExample } from '../examples/instances.js'
import { checkInstanceRequest, instanceAccepted, instanceSchema } from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

const accepted = <const Example>(example: Example) => ({
  description: 'The job, and the instance as it is now.',
  schema: instanceAccepted,
  example,
  headers: acceptedHeaders,
})

const adopted = { origin: 'adopted' as const, template: { name: 'adopted', version: null } }

/** Taking databases on, registering them again, and letting them go. */
export const adoptOperations = {
  adoptInstance: defineOperation({
    id: 'adoptInstance',
    method: 'post',
    path: '/v1/instances/adopt',
    summary: 'Adopt a database as an instance',
    description:
      'Starts a job `instance.adopt`: an ODS that somebody else made gets our marker and a login for ODS/API, and is registered, or its registration is taken over. Nobody is thrown out and no data is changed; from then on it is an instance like any other, and deleting it deletes the database. Only for clients bound to all tenants, since nothing in a database says whose it is. The same request again answers as for creating an instance.',
    tag: 'Instances',
    scope: 'instances:create',
    anyTenantOnly: true,
    body: adoptRequest,
    bodyExamples: {
      plain: { tenant: 'district-255901', server: 'postgres-01', databaseName: 'EdFi_Ods_2026' },
      registered: {
        tenant: 'district-255901',
        server: 'postgres-01',
        databaseName: 'EdFi_Ods_2026',
        odsInstanceId: 17,
        labels: { stage: 'production' },
        deletionProtection: true,
      },
    },
    check: checkInstanceRequest,
    idempotent: true,
    responses: {
      200: {
        description: 'The instance that the same request has already made.',
        schema: Type.Union([instanceSchema]),
        example: { ...activeInstanceExample, ...adopted },
      },
      202: accepted({
        job: queuedJobExample(
          'instance.adopt',
          'reserve-name',
          'adopt-database',
          'verify-database',
          'register',
          'verify-registration',
          'notify-ods-api',
        ),
        instance: { ...newInstanceExample, ...adopted },
      }),
    },
    problems: [
      'instance_exists',
      'instance_busy',
      'name_taken',
      'database_name_taken',
      'instance_limit_reached',
      'unknown_server',
      'unknown_tenant',
      'engine_mismatch',
      'contexts_required',
      'registration_missing',
      'registration_differs',
      'outside_grant',
      'admin_api_unreachable',
      'admin_api_login_failed',
    ],
  }),
  reregisterInstance: defineOperation({
    id: 'reregisterInstance',
    method: 'post',
    path: '/v1/instances/{id}/reregister',
    summary: 'Register an instance again',
    description:
      'Starts a job `instance.reregister`: name, type, connection string, contexts and derivatives in Admin API become those on record. A registration that has gone is made again under a new id; credentials that used the old one do not come back with it. One of another name is not touched unless `odsInstanceId` names it.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    body: reregisterRequest,
    bodyExamples: { plain: {}, takeOver: { odsInstanceId: 23 } },
    idempotent: true,
    responses: {
      202: accepted({
        job: queuedJobExample(
          'instance.reregister',
          'verify-claim',
          'claim-database',
          'verify-database',
          'register',
          'verify-registration',
          'notify-ods-api',
        ),
        instance: activeInstanceExample,
      }),
    },
    problems: ['instance_busy', 'instance_deleted', 'instance_not_active'],
  }),
  relocateInstance: defineOperation({
    id: 'relocateInstance',
    method: 'post',
    path: '/v1/instances/{id}/relocate',
    summary: 'Move an instance to another database server',
    description:
      'Starts a job `instance.relocate`: the database is closed, exported into one on the other server, and compared with it; then registration and record lead there, and the old one is dropped. Until then a failure gives everything back as it was. The worker needs the engine’s own programs. Archives stay where they are; a snapshot has to be deleted first.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    body: relocateRequest,
    bodyExamples: { plain: { server: 'postgres-02', allowDowntime: true } },
    idempotent: true,
    responses: {
      202: accepted({
        job: queuedJobExample(
          'instance.relocate',
          'verify-relocation',
          'revoke-access',
          'move-database',
          'verify-database',
          'move-registration',
          'record-place',
          'verify-registration',
          'notify-ods-api',
          'remove-old-database',
        ),
        instance: activeInstanceExample,
      }),
    },
    problems: [
      'unknown_server',
      'engine_mismatch',
      'database_name_taken',
      'instance_limit_reached',
      'not_supported',
      'instance_busy',
      'instance_deleted',
      'instance_not_active',
    ],
  }),
  releaseInstance: defineOperation({
    id: 'releaseInstance',
    method: 'post',
    path: '/v1/instances/{id}/release',
    summary: 'Let go of an instance',
    description:
      'Starts a job `instance.release`, the opposite of adopting: our marker is taken off the database, which stays as it is with its data and its users, and the record ends as `purged`. Whoever has the database looks after it from then on.',
    tag: 'Instances',
    scope: 'instances:delete',
    params: byId,
    body: releaseRequest,
    bodyExamples: {
      plain: { confirm: 'Grand Bend 2026' },
      whole: { confirm: 'Grand Bend 2026', registration: 'remove' },
    },
    idempotent: true,
    responses: {
      202: accepted({
        job: queuedJobExample(
          'instance.release',
          'verify-release',
          'release-registration',
          'release-database',
          'forget-instance',
        ),
        instance: activeInstanceExample,
      }),
    },
    problems: [
      'confirmation_required',
      'deletion_protected',
      'deletion_disabled',
      'instance_busy',
      'instance_deleted',
      'instance_not_active',
    ],
  }),
}
