/** What is counted: the word of the API, and the table of schema `edfi`; the first of several that is there. */
export const countedTables: Record<string, readonly string[]> = {
  students: ['student'],
  staff: ['staff'],
  contacts: ['contact', 'parent'],
  educationOrganizations: ['educationorganization'],
  schools: ['school'],
  localEducationAgencies: ['localeducationagency'],
  sections: ['section'],
  studentSchoolAssociations: ['studentschoolassociation'],
  studentSectionAssociations: ['studentsectionassociation'],
  staffSectionAssociations: ['staffsectionassociation'],
  staffEducationOrganizationAssignmentAssociations: ['staffeducationorganizationassignmentassociation'],
  courseTranscripts: ['coursetranscript'],
  studentSchoolAttendanceEvents: ['studentschoolattendanceevent'],
  studentSpecialEducationProgramAssociations: ['studentspecialeducationprogramassociation'],
  studentDisciplineIncidentBehaviorAssociations: ['studentdisciplineincidentbehaviorassociation'],
  descriptors: ['descriptor'],
}

/** Students enrolled today: counted in the same table as the enrolments. */
export const activeEnrolments = { key: 'activeEnrolments', table: 'studentschoolassociation' }
