/** `dbo.AuthorizationStrategies` of the security database. */
export interface AuthorizationStrategy {
  id: number
  name: string
  displayName: string
}

/** The strategies of ODS/API 7. */
export const authorizationStrategies: readonly AuthorizationStrategy[] = [
  ['NoFurtherAuthorizationRequired', 'No Further Authorization Required'],
  ['RelationshipsWithEdOrgsAndPeople', 'Relationships with Education Organizations and People'],
  ['RelationshipsWithEdOrgsOnly', 'Relationships with Education Organizations only'],
  ['NamespaceBased', 'Namespace Based'],
  ['RelationshipsWithPeopleOnly', 'Relationships with People only'],
  ['RelationshipsWithStudentsOnly', 'Relationships with Students only'],
  ['RelationshipsWithStudentsOnlyThroughResponsibility', 'Relationships with Students only (through Responsibility)'],
  ['OwnershipBased', 'Ownership Based'],
  [
    'RelationshipsWithEdOrgsAndPeopleIncludingDeletes',
    'Relationships with Education Organizations and People (including deletes)',
  ],
  ['RelationshipsWithEdOrgsOnlyInverted', 'Relationships with Education Organizations only (Inverted)'],
  ['RelationshipsWithEdOrgsAndPeopleInverted', 'Relationships with Education Organizations and People (Inverted)'],
  [
    'RelationshipsWithStudentsOnlyThroughResponsibilityIncludingDeletes',
    'Relationships with Students only (through Responsibility, including deletes)',
  ],
].map(([name = '', displayName = ''], index) => ({ id: index + 1, name, displayName }))
