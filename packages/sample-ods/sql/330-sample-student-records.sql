-- Enrolment, classes and what came of them.
INSERT INTO edfi.studentschoolassociation (entrydate, schoolid, studentusi, schoolyear, calendarcode, entrygradeleveldescriptorid,
  entrytypedescriptorid, primaryschool, exitwithdrawdate, exitwithdrawtypedescriptorid, discriminator)
SELECT date '2025-08-18', schoolid, studentusi, 2026, schoolid || '-2026', gradeleveldescriptorid,
       sample_build.descriptorid('EntryType', 'Next year school'), true,
       CASE WHEN leaves THEN date '2026-01-09' END,
       CASE WHEN leaves THEN sample_build.descriptorid('ExitWithdrawType', 'Withdrawn') END, 'edfi.StudentSchoolAssociation'
  FROM sample_build.pupil
UNION ALL
SELECT date '2026-02-02', schoolid, studentusi, 2026, schoolid || '-2026', gradeleveldescriptorid,
       sample_build.descriptorid('EntryType', 'Re-entry after a voluntary withdrawal'), true, NULL, NULL, 'edfi.StudentSchoolAssociation'
  FROM sample_build.pupil WHERE returns;

INSERT INTO edfi.studenteducationorganizationresponsibilityassociation
  (begindate, educationorganizationid, responsibilitydescriptorid, studentusi, discriminator)
SELECT date '2025-08-18', 255901, sample_build.descriptorid('Responsibility', 'Accountability'), studentusi,
       'edfi.StudentEducationOrganizationResponsibilityAssociation'
  FROM sample_build.pupil WHERE n % 9 = 0;

INSERT INTO edfi.studentsectionassociation (begindate, localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, studentusi,
  enddate, homeroomindicator, discriminator)
SELECT t.begindate, s.localcoursecode, s.schoolid, s.schoolyear, s.sectionidentifier, s.sessionname, p.studentusi, t.enddate,
       s.localcoursecode LIKE 'ELA%', 'edfi.StudentSectionAssociation'
  FROM edfi.section s
  JOIN sample_build.term t USING (sessionname)
  JOIN sample_build.pupil p ON p.schoolid = s.schoolid AND p.grade = right(s.localcoursecode, 2)::int
   AND (p.n - 1) / 13 % 4 + 1 = right(s.sectionidentifier, 1)::int
 WHERE t.term = 'Fall Semester' OR p.returns OR NOT p.leaves;

INSERT INTO edfi.grade (begindate, gradetypedescriptorid, gradingperioddescriptorid, gradingperiodname, gradingperiodschoolyear,
  localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, studentusi, numericgradeearned, lettergradeearned, discriminator)
SELECT a.begindate, sample_build.descriptorid('GradeType', 'Grading Period'), g.gradingperioddescriptorid, g.gradingperiodname, g.schoolyear,
       a.localcoursecode, a.schoolid, a.schoolyear, a.sectionidentifier, a.sessionname, a.studentusi,
       mark, CASE WHEN mark >= 90 THEN 'A' WHEN mark >= 80 THEN 'B' WHEN mark >= 70 THEN 'C' ELSE 'D' END, 'edfi.Grade'
  FROM edfi.studentsectionassociation a
  JOIN edfi.gradingperiod g ON g.schoolid = a.schoolid AND g.periodsequence = 1
 CROSS JOIN LATERAL (SELECT 60 + (a.studentusi * 7 + ascii(a.localcoursecode)) % 40 AS mark) AS m
 WHERE a.sessionname LIKE '%Fall%';

-- Each student misses roughly one day in forty of the autumn.
INSERT INTO edfi.studentschoolattendanceevent (attendanceeventcategorydescriptorid, eventdate, schoolid, schoolyear, sessionname,
  studentusi, eventduration, discriminator)
SELECT sample_build.descriptorid('AttendanceEventCategory',
         CASE p.n % 3 WHEN 0 THEN 'Unexcused Absence' WHEN 1 THEN 'Excused Absence' ELSE 'Tardy' END),
       d.date, p.schoolid, 2026, '2025-2026 Fall Semester', p.studentusi, CASE p.n % 3 WHEN 2 THEN 0.25 ELSE 1 END,
       'edfi.StudentSchoolAttendanceEvent'
  FROM sample_build.pupil p
  JOIN edfi.calendardate d ON d.schoolid = p.schoolid AND d.date <= date '2025-12-19'
 WHERE (p.n * 7 + extract(doy FROM d.date)::int * 3) % 41 = 0;

INSERT INTO edfi.disciplineincident (incidentidentifier, schoolid, incidentdate, incidentlocationdescriptorid,
  reporterdescriptiondescriptorid, reportedtolawenforcement, discriminator)
SELECT 'INC-' || n, schoolid, date '2025-09-01' + n % 90, sample_build.descriptorid('IncidentLocation', 'Cafeteria area'),
       sample_build.descriptorid('ReporterDescription', 'Staff'), false, 'edfi.DisciplineIncident'
  FROM sample_build.pupil WHERE n % 25 = 1;

INSERT INTO edfi.disciplineincidentbehavior (incidentidentifier, schoolid, behaviordescriptorid)
SELECT incidentidentifier, schoolid, sample_build.descriptorid('Behavior', 'School Code of Conduct') FROM edfi.disciplineincident;

INSERT INTO edfi.studentdisciplineincidentbehaviorassociation (behaviordescriptorid, incidentidentifier, schoolid, studentusi, discriminator)
SELECT b.behaviordescriptorid, b.incidentidentifier, b.schoolid, p.studentusi, 'edfi.StudentDisciplineIncidentBehaviorAssociation'
  FROM edfi.disciplineincidentbehavior b JOIN sample_build.pupil p ON 'INC-' || p.n = b.incidentidentifier;

INSERT INTO edfi.program (educationorganizationid, programname, programtypedescriptorid, programid, discriminator)
SELECT 255901, name, sample_build.descriptorid('ProgramType', name), id, 'edfi.Program'
  FROM (VALUES ('Special Education', '100'), ('Bilingual', '110'), ('Gifted and Talented', '120')) AS p (name, id);

INSERT INTO edfi.generalstudentprogramassociation (begindate, educationorganizationid, programeducationorganizationid, programname,
  programtypedescriptorid, studentusi, discriminator)
SELECT date '2025-08-18', 255901, 255901, 'Special Education', sample_build.descriptorid('ProgramType', 'Special Education'), studentusi,
       'edfi.StudentSpecialEducationProgramAssociation'
  FROM sample_build.pupil WHERE n % 9 = 0;

INSERT INTO edfi.studentspecialeducationprogramassociation (begindate, educationorganizationid, programeducationorganizationid, programname,
  programtypedescriptorid, studentusi, ideaeligibility, iepbegindate, specialeducationsettingdescriptorid)
SELECT begindate, educationorganizationid, programeducationorganizationid, programname, programtypedescriptorid, studentusi, true, begindate,
       sample_build.descriptorid('SpecialEducationSetting', 'Inside regular class 80% or more of the day')
  FROM edfi.generalstudentprogramassociation;

-- Transcripts of the high school's fall semester.
INSERT INTO edfi.studentacademicrecord (educationorganizationid, schoolyear, studentusi, termdescriptorid, cumulativeearnedcredits, discriminator)
SELECT 255901001, 2026, studentusi, sample_build.descriptorid('Term', 'Fall Semester'), 4 * (grade - 9) + 2, 'edfi.StudentAcademicRecord'
  FROM sample_build.pupil WHERE grade >= 9;

INSERT INTO edfi.coursetranscript (courseattemptresultdescriptorid, coursecode, courseeducationorganizationid, educationorganizationid,
  schoolyear, studentusi, termdescriptorid, coursetitle, attemptedcredits, earnedcredits, finalnumericgradeearned,
  whentakengradeleveldescriptorid, discriminator)
SELECT sample_build.descriptorid('CourseAttemptResult', 'Pass'), c.coursecode, c.educationorganizationid, r.educationorganizationid,
       r.schoolyear, r.studentusi, r.termdescriptorid, c.coursetitle, 0.5, 0.5, g.numericgradeearned, p.gradeleveldescriptorid,
       'edfi.CourseTranscript'
  FROM edfi.studentacademicrecord r
  JOIN sample_build.pupil p USING (studentusi)
  JOIN edfi.grade g USING (studentusi)
  JOIN edfi.course c ON c.coursecode = g.localcoursecode AND c.educationorganizationid = 255901;

-- Two state tests of the third to eighth grade.
INSERT INTO edfi.assessment (assessmentidentifier, namespace, assessmenttitle, assessmentfamily, assessmentversion, maxrawscore,
  assessmentcategorydescriptorid, discriminator)
SELECT 'CH-' || code || '-2026', 'uri://cedar-hollow.example.org/Assessment', 'Cedar Hollow Summative ' || title, 'Cedar Hollow Summative', 2026, 60,
       sample_build.descriptorid('AssessmentCategory', 'State summative assessment 3-8 general'), 'edfi.Assessment'
  FROM sample_build.subject WHERE position <= 2;

INSERT INTO edfi.assessmentacademicsubject (assessmentidentifier, namespace, academicsubjectdescriptorid)
SELECT a.assessmentidentifier, a.namespace, sample_build.descriptorid('AcademicSubject', s.title)
  FROM edfi.assessment a JOIN sample_build.subject s ON s.code = split_part(a.assessmentidentifier, '-', 2);

INSERT INTO edfi.studentassessment (assessmentidentifier, namespace, studentassessmentidentifier, studentusi, administrationdate,
  reportedschoolid, schoolyear, whenassessedgradeleveldescriptorid, discriminator)
SELECT a.assessmentidentifier, a.namespace, a.assessmentidentifier || '-' || p.n, p.studentusi, timestamp '2026-04-14 09:00',
       p.schoolid, 2026, p.gradeleveldescriptorid, 'edfi.StudentAssessment'
  FROM edfi.assessment a CROSS JOIN sample_build.pupil p WHERE p.grade BETWEEN 3 AND 8;

INSERT INTO edfi.studentassessmentscoreresult (assessmentidentifier, namespace, studentassessmentidentifier, studentusi,
  assessmentreportingmethoddescriptorid, result, resultdatatypetypedescriptorid)
SELECT assessmentidentifier, namespace, studentassessmentidentifier, studentusi,
       sample_build.descriptorid('AssessmentReportingMethod', 'Raw score'), (20 + studentusi * 11 % 41)::text,
       sample_build.descriptorid('ResultDatatypeType', 'Integer')
  FROM edfi.studentassessment;
