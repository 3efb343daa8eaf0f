-- Descriptors: one base table, and a concrete table per kind that holds nothing but the id, so that a foreign key can
-- say which kind it wants.
CREATE TABLE edfi.descriptor (
  descriptorid serial PRIMARY KEY,
  namespace varchar(255) NOT NULL,
  codevalue varchar(50) NOT NULL,
  shortdescription varchar(75) NOT NULL,
  description varchar(1024),
  priordescriptorid int,
  effectivebegindate date,
  effectiveenddate date,
  uri varchar(306) GENERATED ALWAYS AS (namespace || '#' || codevalue) STORED,
  LIKE sample_build.root INCLUDING DEFAULTS,
  CONSTRAINT descriptor_ak UNIQUE (namespace, codevalue)
);
CREATE UNIQUE INDEX ux_descriptor_uri ON edfi.descriptor (uri) INCLUDE (descriptorid, discriminator);

CREATE TABLE sample_build.descriptorkind (kind text PRIMARY KEY, codevalues text[] NOT NULL);
INSERT INTO sample_build.descriptorkind VALUES
  ('AcademicSubject', ARRAY['English Language Arts', 'Mathematics', 'Science', 'Social Studies', 'Fine and Performing Arts', 'Physical, Health, and Safety Education', 'Foreign Language and Literature', 'Career and Technical Education', 'Reading', 'Writing', 'Composite', 'Other']),
  ('AddressType', ARRAY['Billing', 'Home', 'Mailing', 'Other', 'Physical', 'Shipping', 'Temporary', 'Work']),
  ('AdministrativeFundingControl', ARRAY['Private School', 'Public School', 'Other']),
  ('AssessmentCategory', ARRAY['Achievement test', 'Benchmark test', 'College entrance exam', 'Diagnostic', 'Formative', 'Interim', 'State summative assessment 3-8 general', 'State high school course assessment', 'Other']),
  ('AssessmentReportingMethod', ARRAY['Achievement/proficiency level', 'Number score', 'Percentile', 'Raw score', 'Scale score', 'Other']),
  ('AttemptStatus', ARRAY['Complete', 'Incomplete', 'In progress']),
  ('AttendanceEventCategory', ARRAY['Early departure', 'Excused Absence', 'In Attendance', 'Partial', 'Tardy', 'Unexcused Absence']),
  ('Behavior', ARRAY['Attendance Policy Violation', 'Bullying', 'Disorderly Conduct', 'Insubordination', 'Physical Altercation, Minor', 'School Code of Conduct', 'State Offense', 'Vandalism', 'Other']),
  ('CalendarEvent', ARRAY['Emergency day', 'Holiday', 'Instructional day', 'Make-up day', 'Non-instructional day', 'Student late arrival/early dismissal', 'Teacher only day', 'Weather day', 'Other']),
  ('CalendarType', ARRAY['IEP', 'School', 'Student Specific', 'Other']),
  ('CharterStatus', ARRAY['College/University Charter', 'Not a Charter School', 'Open Enrollment', 'School Charter']),
  ('CitizenshipStatus', ARRAY['Citizen', 'Non-citizen', 'Permanent Resident', 'Other']),
  ('ClassroomPosition', ARRAY['Assistant Teacher', 'Substitute Teacher', 'Support Teacher', 'Teacher of Record']),
  ('Country', ARRAY['CA', 'GB', 'GT', 'IN', 'MX', 'PH', 'US', 'VN']),
  ('CourseAttemptResult', ARRAY['Fail', 'Incomplete', 'Pass', 'Withdrawn']),
  ('CourseDefinedBy', ARRAY['LEA', 'National Organization', 'SEA', 'School']),
  ('CourseIdentificationSystem', ARRAY['Intermediate agency course code', 'LEA course code', 'SCED course code', 'School course code', 'State course code']),
  ('CredentialField', ARRAY['Elementary Education', 'English', 'Mathematics', 'Science', 'Special Education']),
  ('CredentialType', ARRAY['Certification', 'Endorsement', 'Licensure', 'Registration', 'Other']),
  ('CreditType', ARRAY['Carnegie unit', 'Nine month year hour credit', 'Quarter credit', 'Semester hour credit', 'Other']),
  ('EducationOrganizationCategory', ARRAY['Education Service Center', 'Education Organization Network', 'Local Education Agency', 'Organization Department', 'Post Secondary Institution', 'School', 'State Education Agency']),
  ('EducationOrganizationIdentificationSystem', ARRAY['ACT', 'CEEB', 'DUNS', 'Federal', 'LEA', 'NCES', 'SEA', 'School', 'Other']),
  ('EducationalEnvironment', ARRAY['Classroom', 'Homebound', 'Hospital class', 'Laboratory', 'Mainstream (Special Education)', 'Resource room', 'Virtual']),
  ('EmploymentStatus', ARRAY['Contractual', 'Non-contractual', 'Probationary', 'Substitute/temporary', 'Tenured or permanent', 'Volunteer/no contract', 'Other']),
  ('EnrollmentType', ARRAY['Dual', 'Primary', 'Secondary', 'Shared']),
  ('EntryGradeLevelReason', ARRAY['Demotion - Insufficient academic progress', 'Promotion - Regular promotion', 'Promotion - Accelerated promotion', 'Other']),
  ('EntryType', ARRAY['New to education system', 'Next year school', 'Original entry', 'Re-entry after a voluntary withdrawal', 'Transfer from a school in the same LEA', 'Transfer from a public school in the same state', 'Transfer from a school in a different state', 'Other']),
  ('ExitWithdrawType', ARRAY['Dropout', 'End of school year', 'Graduated', 'No show', 'Student is in the same local education agency', 'Transferred', 'Withdrawn', 'Other']),
  ('GradeLevel', ARRAY['Preschool/Prekindergarten', 'Kindergarten', 'First grade', 'Second grade', 'Third grade', 'Fourth grade', 'Fifth grade', 'Sixth grade', 'Seventh grade', 'Eighth grade', 'Ninth grade', 'Tenth grade', 'Eleventh grade', 'Twelfth grade', 'Adult Education', 'Postsecondary', 'Ungraded', 'Other']),
  ('GradeType', ARRAY['Conduct', 'Exam', 'Final', 'Grading Period', 'Mid-Term Grade', 'Progress Report', 'Semester']),
  ('GradingPeriod', ARRAY['First Nine Weeks', 'Second Nine Weeks', 'Third Nine Weeks', 'Fourth Nine Weeks', 'First Semester', 'Second Semester', 'First Trimester', 'Second Trimester', 'Third Trimester', 'End of Year']),
  ('GraduationPlanType', ARRAY['Career and Technical Education', 'Distinguished', 'Minimum', 'Recommended', 'Standard']),
  ('IncidentLocation', ARRAY['Auditorium', 'Bus', 'Cafeteria area', 'Classroom', 'Hallway or stairs', 'Library/media center', 'Off school', 'On school', 'Playground', 'Restroom']),
  ('InstitutionTelephoneNumberType', ARRAY['Administrative', 'Attendance', 'Fax', 'Food Service', 'Main', 'Other']),
  ('InternetAccess', ARRAY['High Speed', 'Less Than High Speed', 'None']),
  ('Language', ARRAY['ara', 'cmn', 'deu', 'eng', 'fra', 'hin', 'kor', 'rus', 'spa', 'tgl', 'urd', 'vie']),
  ('LevelOfEducation', ARRAY['Associate''s Degree (two years or more)', 'Bachelor''s', 'Did Not Graduate High School', 'Doctorate', 'High School Diploma', 'Master''s', 'Some College No Degree']),
  ('LimitedEnglishProficiency', ARRAY['Limited', 'Limited Monitored 1', 'Limited Monitored 2', 'NotLimited']),
  ('LocalEducationAgencyCategory', ARRAY['Charter', 'Federal', 'Independent', 'Local', 'Municipal', 'Part of a supervisory union', 'Supervisory union', 'Other']),
  ('Locale', ARRAY['City', 'Rural', 'Suburban', 'Town']),
  ('NetworkPurpose', ARRAY['Collective Procurement', 'Shared Services']),
  ('OperationalStatus', ARRAY['Active', 'Closed', 'Future', 'Inactive', 'New', 'Reopened']),
  ('OtherName', ARRAY['Alias', 'Nickname', 'Other', 'Previous Legal Name']),
  ('PostSecondaryInstitutionLevel', ARRAY['Four or more years', 'Less than two-year', 'Two-year']),
  ('ProgramType', ARRAY['Adult/Continuing Education', 'Alternative Education', 'Bilingual', 'Career and Technical Education', 'English as a Second Language (ESL)', 'Gifted and Talented', 'Special Education', 'Section 504 Placement', 'Title I Part A', 'Other']),
  ('ReasonExited', ARRAY['Died or is permanently incapacitated', 'Graduated with a high school diploma', 'Moved, known to be continuing', 'Reached maximum age', 'Transferred to regular education', 'Other']),
  ('Relation', ARRAY['Aunt', 'Brother', 'Father', 'Foster parent', 'Grandfather', 'Grandmother', 'Guardian', 'Mother', 'Sister', 'Uncle', 'Other']),
  ('ReporterDescription', ARRAY['Administrator', 'Law enforcement officer', 'Parent/guardian', 'Staff', 'Student', 'Other']),
  ('ResidencyStatus', ARRAY['Resident of another state', 'Resident of the district', 'Resident of the state, not the district']),
  ('Responsibility', ARRAY['Accountability', 'Attendance', 'Demographic', 'Funding', 'Graduation', 'Individualized education program', 'Transportation']),
  ('ResultDatatypeType', ARRAY['Decimal', 'Integer', 'Level', 'Percentage', 'Percentile', 'Range']),
  ('SchoolCategory', ARRAY['All Levels', 'Elementary School', 'Elementary/Secondary School', 'High School', 'Junior High School', 'Middle School', 'Preschool/early childhood', 'Ungraded', 'Other']),
  ('SchoolType', ARRAY['Alternative', 'Career and Technical Education', 'Regular', 'Special Education']),
  ('SectionType', ARRAY['Attendance and Credit', 'Attendance Only', 'Credit Only', 'Non-Attendance, Non-Credit']),
  ('SeparationReason', ARRAY['Change of assignment', 'Employment in education', 'Layoff', 'Retirement', 'Personal reason', 'Other']),
  ('Sex', ARRAY['Female', 'Male', 'Not Selected']),
  ('SourceSystem', ARRAY['District', 'State', 'School']),
  ('SpecialEducationSetting', ARRAY['Correctional Facilities', 'Homebound/Hospital', 'Inside regular class 80% or more of the day', 'Inside regular class less than 40% of the day', 'Inside reg class 40% through 79% of the day', 'Separate School']),
  ('StaffClassification', ARRAY['Assistant Principal', 'Assistant Superintendent', 'Counselor', 'Instructional Aide', 'Librarians/Media Specialists', 'Operational Support', 'Principal', 'School Specialist', 'Superintendent', 'Support Services Staff', 'Teacher']),
  ('StateAbbreviation', ARRAY['AK', 'AL', 'AR', 'AZ', 'CA', 'CO', 'CT', 'DC', 'DE', 'FL', 'GA', 'HI', 'IA', 'ID', 'IL', 'IN', 'KS', 'KY', 'LA', 'MA', 'MD', 'ME', 'MI', 'MN', 'MO', 'MS', 'MT', 'NC', 'ND', 'NE', 'NH', 'NJ', 'NM', 'NV', 'NY', 'OH', 'OK', 'OR', 'PA', 'PR', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VA', 'VT', 'WA', 'WI', 'WV', 'WY']),
  ('Term', ARRAY['Fall Semester', 'Fall Trimester', 'First Quarter', 'First Trimester', 'Fourth Quarter', 'MiniTerm', 'Second Quarter', 'Second Trimester', 'Spring Semester', 'Spring Trimester', 'Summer Semester', 'Third Quarter', 'Third Trimester', 'Winter Trimester', 'Year Round']),
  ('TitleIPartASchoolDesignation', ARRAY['Not A Title I School', 'Title I Part A Schoolwide Assistance Program', 'Title I Part A Targeted Assistance School', 'Other']);

DO $$
DECLARE
  kind text;
BEGIN
  FOR kind IN SELECT lower(k.kind) FROM sample_build.descriptorkind k ORDER BY 1 LOOP
    EXECUTE format(
      'CREATE TABLE edfi.%1$sdescriptor (%1$sdescriptorid int PRIMARY KEY REFERENCES edfi.descriptor ON DELETE CASCADE)',
      kind);
  END LOOP;
END $$;

-- The id of a descriptor, for the sample data: descriptorid('Term', 'Fall Semester'). Fails on one that does not exist.
CREATE FUNCTION sample_build.descriptorid(kind text, code text) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  result int;
BEGIN
  SELECT d.descriptorid INTO STRICT result FROM edfi.descriptor d
   WHERE d.namespace = 'uri://ed-fi.org/' || kind || 'Descriptor' AND d.codevalue = code;
  RETURN result;
END $$;
