import { archiveDurabilities, archiveReasons, archiveStatuses } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { instanceRequest } from './instances.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

const legalHold = Type.Boolean({ description: 'While true, the archive cannot be deleted, by hand or by retention.' })

/** `POST /v1/instances/{id}/archive`; all of it may be left out. */
export const archiveRequest = closed(
  {
    allowDowntime: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether sessions on the database may be ended. Needed only where the archive is a copy on the same server.',
      }),
    ),
    legalHold: Type.Optional(legalHold),
    expiresAt: Type.Optional(field.time({ description: 'When it is deleted by itself; absent: never.' })),
  },
  { title: 'ArchiveRequest', default: {} },
)
export type ArchiveRequest = Static<typeof archiveRequest>

/** `PATCH /v1/archives/{id}`. */
export const archiveChange = closed(
  { legalHold: Type.Optional(legalHold), expiresAt: Type.Optional(nullable(field.time())) },
  { title: 'ArchiveChange', minProperties: 1 },
)
export type ArchiveChange = Static<typeof archiveChange>

/** An archive as answered. */
export const archiveSchema = closed(
  {
    id: field.uuid(),
    number: Type.Integer(),
    tenant: Type.String(),
    instanceId: field.uuid(),
    status: oneOfWords(archiveStatuses),
    reason: oneOfWords(archiveReasons, { description: 'Asked for, before a deletion, or by the tenant’s schedule.' }),
    durability: nullable(oneOfWords(archiveDurabilities), {
      description:
        '`off_server`: encrypted in the archive storage. `same_server`: a copy on the database server, lost with it.',
    }),
    format: nullable(Type.String(), { description: 'For example `pg_dump`; `copy` for a copy on the server.' }),
    server: Type.String({ description: 'The database server that the instance was on.' }),
    sizeBytes: nullable(Type.Integer(), { description: 'As stored.' }),
    checksum: nullable(Type.String(), { description: 'SHA-256 of what is stored, in hexadecimal digits.' }),
    source: field.jsonObject({ description: 'The instance as it was: name, contexts, labels, template, …' }),
    counts: nullable(field.jsonObject(), { description: 'What was in the database.' }),
    legalHold: Type.Boolean(),
    expiresAt: nullable(field.time()),
    verifiedAt: nullable(field.time(), {
      description: 'When a restored copy was last compared with `counts`; null: not yet.',
    }),
    verification: nullable(field.jsonObject(), {
      description:
        '`readBack`: all of it was read back and is authentic. `restored`: a copy was restored, with `differences`.',
    }),
    jobId: nullable(field.uuid(), { description: 'The job that made it.' }),
    createdAt: field.time(),
    finishedAt: nullable(field.time()),
    deletedAt: nullable(field.time()),
  },
  { title: 'Archive' },
)
export type Archive = Static<typeof archiveSchema>

/** `GET /v1/archives`. */
export const archivePage = pageOf('ArchivePage', archiveSchema)
export type ArchivePage = Static<typeof archivePage>

/** The query of `GET /v1/archives`. */
export const archiveListQuery = listQuery({
  tenant: Type.Optional(field.tenantName()),
  instanceId: Type.Optional(field.uuid()),
  status: Type.Optional(oneOfWords(archiveStatuses)),
})

/** The query of `DELETE /v1/archives/{id}`. */
export const archiveDeleteQuery = closed({
  confirm: Type.Optional(
    field.text(100, {
      description: 'The name of the instance; needed for the last archive of an instance that is gone itself.',
    }),
  ),
})

/** `POST /v1/archives/{id}/restore`: a new instance. Nothing of the archived one is taken over but its data. */
export const restoreRequest = closed(Type.Omit(instanceRequest, ['template', 'seed']).properties, {
  title: 'RestoreRequest',
})
export type RestoreRequest = Static<typeof restoreRequest>

/** A tenant's schedule for archives, and which of the archives so made are kept. */
export const archivePolicy = closed(
  {
    everyHours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 8760, description: 'How often each instance is archived; absent: never.' }),
    ),
    keep: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many of them each instance keeps; absent: all.' }),
    ),
    keepDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 36_500, description: 'How old they may become; absent: any age.' }),
    ),
  },
  {
    description:
      'Archives made by themselves. Never deleted by it: archives under legal hold, and the newest one of an instance.',
  },
)
export type ArchivePolicy = Static<typeof archivePolicy>
