/** What is counted: the word of the API, and the table; the first of several that is there. @type {Record<string, string[]>} */
export const countedTables = {
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

/** Tables that tell an ODS from anything else. */
export const coreTables = [
  'descriptor',
  'educationorganization',
  'localeducationagency',
  'school',
  'schoolyeartype',
  'staff',
  'student',
  'studentschoolassociation',
]
