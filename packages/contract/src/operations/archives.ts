import { Type } from '@sinclair/typebox'
import {
  archiveChange,
  archiveDeleteQuery,
  archiveListQuery,
  archivePage,
  archiveRequest,
  archiveSchema,
  restoreRequest,
} from '../archives.js'
import { archiveExample, queuedJobExample } from '../examples/archives.js'
import { activeInstanceExample, newInstanceExample } from '../examples/instances.js'
import { checkInstanceRequest, instanceAccepted, instanceSchema } from '../instances.js'
import { jobAccepted } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

/** `/v1/archives`, and archiving an instance. */
export const archiveOperations = {
  archiveInstance: defineOperation({
    id: 'archiveInstance',
    method: 'post',
    path: '/v1/instances/{id}/archive',
    summary: 'Archive an instance',
    description:
      'Starts a job `instance.archive`; its `result` names the archive. Where the worker has an archive storage and the engine’s own dump program, the archive is an encrypted stream off the server and the instance stays in use; otherwise it is a copy on the same server, for which nobody may be on the database.',
    tag: 'Archives',
    scope: 'instances:operate',
    params: byId,
    body: archiveRequest,
    bodyExamples: { plain: {}, held: { legalHold: true } },
    idempotent: true,
    responses: {
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: { job: queuedJobExample('instance.archive', 'archive'), instance: activeInstanceExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['instance_not_active', 'instance_deleted', 'not_supported'],
  }),
  listArchives: defineOperation({
    id: 'listArchives',
    method: 'get',
    path: '/v1/archives',
    summary: 'List archives',
    description: 'Newest first; all filters given must fit. Archives outlive their instances.',
    tag: 'Archives',
    scope: 'read',
    query: archiveListQuery,
    responses: {
      200: {
        description: 'A page of archives.',
        schema: archivePage,
        example: { items: [archiveExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getArchive: defineOperation({
    id: 'getArchive',
    method: 'get',
    path: '/v1/archives/{id}',
    summary: 'Get an archive',
    tag: 'Archives',
    scope: 'read',
    params: byId,
    responses: { 200: { description: 'The archive.', schema: archiveSchema, example: archiveExample } },
    problems: [],
  }),
  updateArchive: defineOperation({
    id: 'updateArchive',
    method: 'patch',
    path: '/v1/archives/{id}',
    summary: 'Change an archive',
    description: 'Lifting a legal hold also needs the scope `instances:delete`.',
    tag: 'Archives',
    scope: 'instances:operate',
    params: byId,
    body: archiveChange,
    bodyExamples: { hold: { legalHold: true }, forEver: { expiresAt: null } },
    responses: { 200: { description: 'The archive, changed.', schema: archiveSchema, example: archiveExample } },
    problems: ['archive_not_available'],
  }),
  deleteArchive: defineOperation({
    id: 'deleteArchive',
    method: 'delete',
    path: '/v1/archives/{id}',
    summary: 'Delete an archive',
    description:
      'Starts a job `archive.delete`. The last archive of an instance that is deleted or purged needs the instance’s name in `confirm`.',
    tag: 'Archives',
    scope: 'instances:delete',
    params: byId,
    query: archiveDeleteQuery,
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: queuedJobExample('archive.delete', 'remove-archive') },
        headers: acceptedHeaders,
      },
    },
    problems: ['legal_hold', 'archive_not_available', 'confirmation_required', 'deletion_disabled'],
  }),
  verifyArchive: defineOperation({
    id: 'verifyArchive',
    method: 'post',
    path: '/v1/archives/{id}/verify',
    summary: 'Verify an archive',
    description:
      'Starts a job `archive.verify`: restores it into a database that is thrown away again, and compares versions and counts.',
    tag: 'Archives',
    scope: 'instances:operate',
    params: byId,
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: queuedJobExample('archive.verify', 'verify-archive') },
        headers: acceptedHeaders,
      },
    },
    problems: ['archive_not_available'],
  }),
  restoreArchive: defineOperation({
    id: 'restoreArchive',
    method: 'post',
    path: '/v1/archives/{id}/restore',
    summary: 'Restore an archive',
    description:
      'Starts a job `archive.restore` that makes a new instance with the archived data; contexts, labels and applications are those given here. The same request again answers as for creating an instance. A `same_server` archive can be restored only on its server.',
    tag: 'Archives',
    scope: 'instances:create',
    params: byId,
    body: restoreRequest,
    bodyExamples: { plain: { tenant: 'district-255901', name: 'Grand Bend 2026 restored' } },
    check: checkInstanceRequest,
    idempotent: true,
    responses: {
      200: {
        description: 'The instance that the same request has already made.',
        schema: Type.Union([instanceSchema]),
        example: { ...activeInstanceExample, origin: 'restored' },
      },
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: {
          job: queuedJobExample('archive.restore', 'reserve-name', 'restore-database', 'verify-database', 'register'),
          instance: { ...newInstanceExample, origin: 'restored', sourceInstanceId: activeInstanceExample.id },
        },
        headers: acceptedHeaders,
      },
    },
    problems: [
      'archive_not_available',
      'instance_exists',
      'instance_busy',
      'database_name_taken',
      'instance_limit_reached',
      'no_server',
      'unknown_server',
      'unknown_tenant',
      'engine_mismatch',
      'contexts_required',
      'not_supported',
    ],
  }),
}
