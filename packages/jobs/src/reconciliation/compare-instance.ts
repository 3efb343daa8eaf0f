import { isReservedDatabaseName, type FindingAction, type FindingKind, type JsonObject } from '@edfi-tenants/core'
import { parsePrivateName } from '@edfi-tenants/provisioner'
import type { NewFinding, OnRecord, RecordedInstance } from '@edfi-tenants/store'
import { expectedName, isInstances, type ServerView } from './server-view.js'

/** What is wrong with the database of an instance of this server; nothing while a job is about it. */
export function compareInstance(view: ServerView, records: OnRecord, instance: RecordedInstance): NewFinding[] {
  const expected = expectedName(instance)
  if (instance.busy || expected === null || instance.serverId !== view.serverId) return []
  const found = view.databases.find(({ name }) => name === expected)
  const isDeleted = instance.status === 'deleted'
  if (found && isInstances(view, found, instance.id)) {
    if (isDeleted || instance.databaseIdentity === null || instance.databaseIdentity === found.identity) return []
    return finding('database_name_mismatch', `"${expected}" is not the database on record, but another one.`, {
      ...repair(expected),
    })
  }
  const elsewhere = view.databases.find(
    (each) => isInstances(view, each, instance.id) && parsePrivateName(each.name) === null,
  )
  if (isDeleted)
    return elsewhere
      ? finding('retired_database_mismatch', `Its database is called "${elsewhere.name}" instead of "${expected}".`)
      : finding('record_without_database', 'The database that was kept for it is not there.', {
          actions: ['forget'],
        })
  if (elsewhere)
    return finding('database_name_mismatch', `Its database is called "${elsewhere.name}" instead of "${expected}".`, {
      ...repair(elsewhere.name),
    })
  if (found?.owner === null)
    return finding(
      'database_name_mismatch',
      `"${expected}" is there and is not marked as this instance’s; it may have been restored by hand.`,
      { ...repair(expected) },
    )
  return finding(
    'record_without_database',
    found ? `"${expected}" is not this instance’s database.` : `There is no database "${expected}".`,
    { actions: ['forget'] },
  )

  function repair(databaseName: string): { actions: FindingAction[]; data: JsonObject } {
    const isFree = [...records.instances.values()].every(
      (other) =>
        other.id === instance.id ||
        !other.nameHeld ||
        other.serverId !== view.serverId ||
        other.databaseName.toLowerCase() !== databaseName.toLowerCase(),
    )
    return { actions: isFree && !isReservedDatabaseName(databaseName) ? ['repair'] : [], data: { databaseName } }
  }

  function finding(
    kind: FindingKind,
    detail: string,
    { actions = [], data = {} }: { actions?: FindingAction[]; data?: JsonObject } = {},
  ): NewFinding[] {
    const { id, name, tenant, environment } = instance
    return [{ kind, server: view.server, environment, tenant, subject: name, instanceId: id, detail, data, actions }]
  }
}
