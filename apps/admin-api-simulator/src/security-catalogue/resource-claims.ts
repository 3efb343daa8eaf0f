import { authorizationStrategies, type AuthorizationStrategy } from './authorization-strategies.js'

/** `dbo.ResourceClaims` with the default strategy per action. */
export interface ResourceClaim {
  id: number
  name: string
  claimName: string
  parentId: number | null
  /** Name of the strategy every action has unless a claim set overrides it; null inherits the parent's. */
  defaultStrategy: string | null
}

interface Domain {
  name: string
  strategy: string
  children: string[]
}

/** The domains come first, so that their numbers are those of an installation. */
const domains: Domain[] = [
  domain('types', 'NoFurtherAuthorizationRequired', 'schoolYearType'),
  domain(
    'systemDescriptors',
    'NamespaceBased',
    'absenceEventCategoryDescriptor academicHonorCategoryDescriptor academicSubjectDescriptor accommodationDescriptor ' +
      'accountTypeDescriptor achievementCategoryDescriptor addressTypeDescriptor attendanceEventCategoryDescriptor ' +
      'classroomPositionDescriptor countryDescriptor courseLevelCharacteristicDescriptor credentialTypeDescriptor ' +
      'disabilityDescriptor entryTypeDescriptor exitWithdrawTypeDescriptor gradeLevelDescriptor gradeTypeDescriptor ' +
      'languageDescriptor publicationStatusDescriptor raceDescriptor sexDescriptor stateAbbreviationDescriptor ' +
      'termDescriptor weaponDescriptor',
  ),
  domain('managedDescriptors', 'NamespaceBased', 'accountabilityRatingDescriptor assessmentPeriodDescriptor'),
  domain(
    'educationOrganizations',
    'NoFurtherAuthorizationRequired',
    'communityOrganization communityProvider educationOrganizationNetwork educationServiceCenter localEducationAgency ' +
      'organizationDepartment postSecondaryInstitution school stateEducationAgency',
  ),
  domain('people', 'NoFurtherAuthorizationRequired', 'contact person staff student'),
  domain(
    'relationshipBasedData',
    'RelationshipsWithEdOrgsAndPeople',
    'bellSchedule calendar calendarDate classPeriod cohort course courseOffering courseTranscript disciplineAction ' +
      'disciplineIncident grade gradingPeriod graduationPlan location program reportCard section session ' +
      'studentAcademicRecord studentSchoolAttendanceEvent studentSectionAttendanceEvent',
  ),
  domain('assessmentMetadata', 'NamespaceBased', 'assessment assessmentItem assessmentScoreRangeLearningStandard'),
  domain('identity', 'NoFurtherAuthorizationRequired', ''),
  domain(
    'educationStandards',
    'NamespaceBased',
    'gradebookEntry learningStandard learningStandardEquivalenceAssociation',
  ),
  domain(
    'primaryRelationships',
    'RelationshipsWithEdOrgsAndPeople',
    'staffEducationOrganizationAssignmentAssociation staffEducationOrganizationEmploymentAssociation ' +
      'staffSectionAssociation studentContactAssociation studentEducationOrganizationAssociation ' +
      'studentSchoolAssociation studentSectionAssociation',
  ),
  domain('surveyDomain', 'NamespaceBased', 'survey surveyQuestion surveyResponse surveySection'),
  domain(
    'finance',
    'RelationshipsWithEdOrgsOnly',
    'budgetDimension chartOfAccount localAccount localActual localBudget',
  ),
  domain(
    'candidatePreparation',
    'NoFurtherAuthorizationRequired',
    'candidate candidateEducatorPreparationProgramAssociation',
  ),
]

/** The children that have a strategy of their own instead of their domain's. */
const ownStrategies: Record<string, string> = {
  candidate: 'RelationshipsWithEdOrgsOnly',
  person: 'NamespaceBased',
  school: 'RelationshipsWithEdOrgsOnly',
  student: 'RelationshipsWithStudentsOnly',
}

/** All claims an installation knows, domains first. */
export const resourceClaims: readonly ResourceClaim[] = number([
  ...domains.map(({ name, strategy }) => ({
    name,
    claimName: `http://ed-fi.org/identity/claims/domains/${name}`,
    parentId: null,
    defaultStrategy: strategy,
  })),
  ...domains.flatMap(({ children }, index) =>
    children.map((name) => ({
      name,
      claimName: `http://ed-fi.org/identity/claims/ed-fi/${name}`,
      parentId: index + 1,
      defaultStrategy: ownStrategies[name] ?? null,
    })),
  ),
])

/** The strategies a claim has by itself, without its parent's. */
export function defaultStrategies(claim: ResourceClaim): AuthorizationStrategy[] {
  return authorizationStrategies.filter(({ name }) => name === claim.defaultStrategy)
}

function domain(name: string, strategy: string, children: string): Domain {
  return { name, strategy, children: children.split(' ').filter((child) => child !== '') }
}

function number(claims: Omit<ResourceClaim, 'id'>[]): ResourceClaim[] {
  return claims.map((claim, index) => ({ id: index + 1, ...claim }))
}
