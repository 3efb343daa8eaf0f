import { lifeExamples } from '../examples/instance-life.js'
import { instanceDeleteQuery, renameRequest } from '../instance-life.js'
import { instanceAccepted } from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

const answer = <const Example>(example: Example) => ({
  description: 'The job, and the instance as it is now.',
  schema: instanceAccepted,
  example,
  headers: acceptedHeaders,
})

/** What happens to an instance between its creation and its end. */
export const instanceLifeOperations = {
  deleteInstance: defineOperation({
    id: 'deleteInstance',
    method: 'delete',
    path: '/v1/instances/{id}',
    summary: 'Delete an instance',
    description:
      'Starts a job `instance.delete`: sessions are ended, the database is archived and put aside, the registration loses its contexts, our credentials are disabled. Until `purgeAt` all of it can come back with undelete; then a job `instance.purge` removes it for good. A deleted instance answers 410 with what is left of it in `resource`, or with `purge=now` starts that job at once. The names of a deleted instance are free.',
    tag: 'Instances',
    scope: 'instances:delete',
    params: byId,
    query: instanceDeleteQuery,
    idempotent: true,
    responses: { 202: answer(lifeExamples.delete) },
    problems: [
      'confirmation_required',
      'deletion_protected',
      'deletion_disabled',
      'delete_limit_reached',
      'applications_attached',
      'instance_deleted',
      'instance_busy',
      'instance_not_active',
    ],
  }),
  undeleteInstance: defineOperation({
    id: 'undeleteInstance',
    method: 'post',
    path: '/v1/instances/{id}/undelete',
    summary: 'Bring a deleted instance back',
    description:
      'Starts a job `instance.undelete`. The instance gets its names back, which must be free, with the same id in Admin API, its contexts and its keys. If the job fails, at least a day is left for another try.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    idempotent: true,
    responses: { 202: answer(lifeExamples.undelete) },
    problems: [
      'instance_not_deleted',
      'instance_deleted',
      'instance_busy',
      'name_taken',
      'database_name_taken',
      'instance_limit_reached',
      'unknown_tenant',
    ],
  }),
  stopInstance: defineOperation({
    id: 'stopInstance',
    method: 'post',
    path: '/v1/instances/{id}/stop',
    summary: 'Stop an instance',
    description:
      'Starts a job `instance.stop`: the database takes no connections, and those there are end. Registration and data stay. One that is stopped already answers 409 `instance_not_active`.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    idempotent: true,
    responses: { 202: answer(lifeExamples.stop) },
    problems: ['instance_not_active', 'instance_deleted', 'instance_busy', 'not_supported'],
  }),
  startInstance: defineOperation({
    id: 'startInstance',
    method: 'post',
    path: '/v1/instances/{id}/start',
    summary: 'Start a stopped instance',
    description: 'Starts a job `instance.start`. The instance is active once database and registration are verified.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    idempotent: true,
    responses: { 202: answer(lifeExamples.start) },
    problems: ['instance_not_stopped', 'instance_deleted', 'instance_busy'],
  }),
  renameInstance: defineOperation({
    id: 'renameInstance',
    method: 'post',
    path: '/v1/instances/{id}/rename',
    summary: 'Rename an instance or its database',
    description:
      'Starts a job `instance.rename`. A new `databaseName` ends the sessions on the database, and ODS/API finds it again once it has forgotten the old connection string; a new `name` alone interrupts nothing.',
    tag: 'Instances',
    scope: 'instances:operate',
    params: byId,
    body: renameRequest,
    bodyExamples: { name: { name: 'Grand Bend 2027' }, both: { name: 'Grand Bend', databaseName: 'Grand_Bend' } },
    idempotent: true,
    responses: { 202: answer(lifeExamples.rename) },
    problems: [
      'name_taken',
      'database_name_taken',
      'instance_not_active',
      'instance_deleted',
      'instance_busy',
      'not_supported',
    ],
  }),
}
