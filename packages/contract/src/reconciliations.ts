import { findingActions, findingKinds, findingStatuses, jobStatuses } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { adoptRequest } from './adopt.js'
import * as field from './fields.js'
import { jobSchema } from './jobs.js'
import { listQuery, pageOf } from './paging.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'

/** `POST /v1/reconciliations`; all of it may be left out. */
export const reconciliationRequest = closed(
  {
    tenant: Type.Optional(
      field.tenantName({
        description:
          'Only this tenant’s instances, and registrations of its own Admin API tenant; nothing about other databases.',
      }),
    ),
    server: Type.Optional(
      field.resourceName({ description: 'Only this database server; nothing about registrations without instance.' }),
    ),
    environment: Type.Optional(
      field.resourceName({
        description: 'Only this environment’s instances and Admin API; nothing about other databases.',
      }),
    ),
  },
  { title: 'ReconciliationRequest', default: {} },
)
export type ReconciliationRequest = Static<typeof reconciliationRequest>

const kindDescription = [
  '`database_without_record`: marked as made by this installation, and nothing on record wants it (purge; adopt where it is a whole instance’s).',
  '`record_without_database`: an instance whose database is not on its server (forget).',
  '`database_name_mismatch`: an instance’s database has another name or identity, or lacks our marker (repair: it becomes the one on record).',
  '`retired_database_mismatch`: a deleted instance’s database is not put aside under its retired name; undelete or look at it.',
  '`unmarked_database`: nobody has marked it, and it looks like an ODS (adopt).',
  '`registration_missing`: Admin API lacks an instance’s registration (repair: it is made again under a new id).',
  '`registration_mismatch`: name, type or contexts differ, or the connection string that was registered is outdated (repair).',
  '`registration_without_instance`: left over of ours (purge), or made by others (adopt).',
].join(' ')

/** A finding as answered. */
export const findingSchema = closed(
  {
    id: field.uuid(),
    kind: oneOfWords(findingKinds, { description: kindDescription }),
    server: nullable(Type.String()),
    environment: nullable(Type.String()),
    tenant: nullable(Type.String()),
    subject: Type.String({ description: 'Name of the instance, database or registration that it is about.' }),
    instanceId: nullable(field.uuid()),
    odsInstanceId: nullable(Type.Integer(), {
      description: 'The registration that it is about, where it is about one.',
    }),
    detail: Type.String(),
    actions: Type.Array(oneOfWords(findingActions), { description: 'What can be done about it.' }),
    status: oneOfWords(findingStatuses, {
      description: '`resolving` while its job runs, `failed` when that has failed: retry the job, or compare anew.',
    }),
    resolution: nullable(oneOfWords(findingActions)),
    resolvedBy: nullable(Type.String()),
    resolvedAt: nullable(field.time()),
    jobId: nullable(field.uuid(), { description: 'The job that deals with it.' }),
  },
  { title: 'Finding' },
)
export type Finding = Static<typeof findingSchema>

const lookedAt = {
  status: oneOfWords(['compared', 'unreachable'], {
    description: 'Nothing of what is unreachable is among the findings.',
  }),
  reason: nullable(Type.String()),
}
const count = (description: string) =>
  nullable(Type.Integer(), { description: `${description} Null outside the scope.` })

const summary = closed(
  {
    instances: Type.Integer({ description: 'Instances that were compared.' }),
    busy: Type.Integer({ description: 'Instances left out because a job was about them.' }),
    servers: Type.Array(
      closed({
        name: Type.String(),
        ...lookedAt,
        databases: count('Databases, those of other installations left out.'),
        notOpened: count('Unmarked databases of which it is not known whether they are an ODS.'),
      }),
    ),
    adminApis: Type.Array(
      closed({
        environment: Type.String(),
        adminTenant: Type.String(),
        ...lookedAt,
        registrations: count('Registrations.'),
      }),
    ),
    findings: mapOf(Type.String(), Type.Integer(), { description: 'Number of findings by kind.' }),
  },
  { title: 'ReconciliationSummary' },
)

const head = {
  id: field.uuid(),
  number: Type.Integer({ description: 'A short number of ours, never reused.' }),
  status: oneOfWords(jobStatuses, { description: 'Of its job.' }),
  scope: closed({
    tenant: nullable(Type.String()),
    server: nullable(Type.String()),
    environment: nullable(Type.String()),
  }),
  jobId: field.uuid(),
  requestedBy: Type.String(),
  summary: nullable(summary, { description: 'Null until it has ended well.' }),
  createdAt: field.time(),
  finishedAt: nullable(field.time()),
}

/** A comparison as in lists. */
export const reconciliationSummarySchema = closed(head, { title: 'ReconciliationListed' })

/** A comparison as answered. */
export const reconciliationSchema = closed(
  { ...head, findings: Type.Array(findingSchema) },
  { title: 'Reconciliation' },
)
export type Reconciliation = Static<typeof reconciliationSchema>

/** `GET /v1/reconciliations`. */
export const reconciliationPage = pageOf('ReconciliationPage', reconciliationSummarySchema)

/** The query of it; newest first. */
export const reconciliationListQuery = listQuery({})

/** The body of a 202 for a comparison. */
export const reconciliationAccepted = closed(
  { job: jobSchema, reconciliation: reconciliationSchema },
  { title: 'ReconciliationAccepted' },
)

/** `{id}` and `{findingId}` in a path. */
export const byFinding = closed({ id: field.uuid(), findingId: field.uuid() })

const { tenant, ...further } = adoptRequest.properties

/** `POST /v1/reconciliations/{id}/findings/{findingId}/resolve`. */
export const resolveRequest = closed(
  {
    action: oneOfWords(findingActions, {
      description:
        '`purge` and `forget` need the scope `instances:delete` too, `adopt` needs `instances:create` and a client bound to all tenants.',
    }),
    confirm: Type.Optional(
      Type.String({ maxLength: 255, description: 'The finding’s exact `subject`; needed for `purge` and `forget`.' }),
    ),
    odsInstanceId: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description: 'For `repair`: the registration that is the instance’s, whatever its name.',
      }),
    ),
    applications: Type.Optional(
      oneOfWords(['refuse', 'detach', 'disable', 'delete'], {
        default: 'refuse',
        description: 'For `forget`: as for deleting an instance.',
      }),
    ),
    adopt: Type.Optional(
      closed(
        {
          tenant,
          ...Type.Partial(closed(further)).properties,
        },
        { description: 'For `adopt`: as for adopting, without what the finding says itself.' },
      ),
    ),
  },
  { title: 'ResolveRequest' },
)
export type ResolveRequest = Static<typeof resolveRequest>

/** The body of a 202 for a resolution. */
export const resolutionAccepted = closed({ job: jobSchema, finding: findingSchema }, { title: 'ResolutionAccepted' })
