/** What is counted: the word of the API, and the table of schema `edfi`; the first of several that is there. */
export const countedTables: Record<string, readonly string[]> = {
  students: ['Student'],
  staff: ['Staff'],
  contacts: ['Contact', 'Parent'],
  educationOrganizations: ['EducationOrganization'],
  schools: ['School'],
  localEducationAgencies: ['LocalEducationAgency'],
  sections: ['Section'],
  studentSchoolAssociations: ['StudentSchoolAssociation'],
  studentSectionAssociations: ['StudentSectionAssociation'],
  staffSectionAssociations: ['StaffSectionAssociation'],
  staffEducationOrganizationAssignmentAssociations: ['StaffEducationOrganizationAssignmentAssociation'],
  courseTranscripts: ['CourseTranscript'],
  studentSchoolAttendanceEvents: ['StudentSchoolAttendanceEvent'],
  studentSpecialEducationProgramAssociations: ['StudentSpecialEducationProgramAssociation'],
  studentDisciplineIncidentBehaviorAssociations: ['StudentDisciplineIncidentBehaviorAssociation'],
  descriptors: ['Descriptor'],
}

/** Students enrolled today: counted in the same table as the enrolments. */
export const activeEnrolments = { key: 'activeEnrolments', table: 'StudentSchoolAssociation' }
