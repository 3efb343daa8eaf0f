import { activeInstanceExample } from '../examples/instances.js'
import { seedBundleExample, seedInstanceJobExample, seedRequestExamples } from '../examples/seeds.js'
import { instanceAccepted } from '../instances.js'
import { defineOperation } from '../operation.js'
import { pageParameters } from '../paging.js'
import { closed } from '../schema.js'
import { checkSeedRequest, seedBundlePage, seedRequest } from '../seeds.js'
import { acceptedHeaders, byId } from './parameters.js'

/** `/v1/seed-bundles`, and filling an instance with them. */
export const seedOperations = {
  listSeedBundles: defineOperation({
    id: 'listSeedBundles',
    method: 'get',
    path: '/v1/seed-bundles',
    summary: 'List seed bundles',
    description: 'What instances can be filled with: the bundles that workers have published.',
    tag: 'Seed bundles',
    scope: 'read',
    query: closed(pageParameters),
    responses: {
      200: {
        description: 'A page of seed bundles.',
        schema: seedBundlePage,
        example: { items: [seedBundleExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  seedInstance: defineOperation({
    id: 'seedInstance',
    method: 'post',
    path: '/v1/instances/{id}/seed',
    summary: 'Fill an instance',
    description:
      'Starts a job `instance.seed`. All bundles of one request run in one transaction: when a script fails it is named with its line, and the instance stays as it was. The same bundle again updates what is there.',
    tag: 'Seed bundles',
    scope: 'instances:operate',
    params: byId,
    body: seedRequest,
    bodyExamples: seedRequestExamples,
    check: checkSeedRequest,
    idempotent: true,
    responses: {
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: { job: seedInstanceJobExample, instance: activeInstanceExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['unknown_seed_bundle', 'not_supported', 'instance_busy', 'instance_not_active', 'instance_deleted'],
  }),
}
