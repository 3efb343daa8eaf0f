/** What a comparison of database servers, Admin API and our records can find. */
export const findingKinds = [
  /** A database marked as made by this installation that nothing on record wants any more. */
  'database_without_record',
  /** An instance whose database is not on its server. */
  'record_without_database',
  /** An instance's database under another name, replaced by another one, or without our marker. */
  'database_name_mismatch',
  /** A deleted instance's database that is not put aside under its retired name. */
  'retired_database_mismatch',
  /** A database that nobody has marked and that looks like an ODS. */
  'unmarked_database',
  /** An instance that Admin API has no registration of. */
  'registration_missing',
  /** A registration whose name, type or contexts are not the instance's. */
  'registration_mismatch',
  /** A registration that belongs to no instance: left over of ours, or made by others. */
  'registration_without_instance',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** What can be done about a finding; which of these, each finding says. */
export const findingActions = ['purge', 'repair', 'adopt', 'forget'] as const
export type FindingAction = (typeof findingActions)[number]

/** Whether something has been done about a finding: `resolving` while its job runs, `failed` when that has failed. */
export const findingStatuses = ['open', 'resolving', 'resolved', 'failed'] as const
export type FindingStatus = (typeof findingStatuses)[number]
