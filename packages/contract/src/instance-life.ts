import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { closed, oneOfWords } from './schema.js'

/** What may become of applications that were not made for the instance alone. */
const applicationsWords = ['refuse', 'detach', 'disable', 'delete'] as const

/** The query of `DELETE /v1/instances/{id}`. */
export const instanceDeleteQuery = closed({
  confirm: Type.Optional(
    Type.String({ maxLength: 100, description: 'The exact name of the instance; without it nothing is deleted.' }),
  ),
  archive: Type.Boolean({ default: true, description: 'Whether the database is archived first.' }),
  applications: oneOfWords(applicationsWords, {
    default: 'refuse',
    description:
      'What becomes of applications that were not made for this instance alone. `refuse`: nothing is deleted. `detach`, `disable`: they lose this instance; those that have no other stop working, and come back with an undelete. `delete`: those that have no other are deleted.',
  }),
  purge: oneOfWords(['scheduled', 'now'], {
    default: 'scheduled',
    description:
      '`scheduled`: the instance can come back until `purgeAt`. `now`: it is removed for good as soon as it is deleted; on a deleted one, at once.',
  }),
  acceptSameServer: Type.Boolean({
    default: false,
    description: 'With `purge=now`: an archive that stays on the same database server will do.',
  }),
})
export type InstanceDeleteQuery = Static<typeof instanceDeleteQuery>

/** `POST /v1/instances/{id}/rename`. At least one of the names; the other stays. */
export const renameRequest = closed(
  {
    name: Type.Optional(field.instanceName()),
    databaseName: Type.Optional(field.databaseName()),
  },
  { title: 'RenameRequest', minProperties: 1 },
)
export type RenameRequest = Static<typeof renameRequest>
