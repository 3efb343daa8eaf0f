-- Attendance, discipline, programs, grades, transcripts and assessments.
CREATE TABLE edfi.studentschoolattendanceevent (
  attendanceeventcategorydescriptorid int REFERENCES edfi.attendanceeventcategorydescriptor,
  eventdate date,
  schoolid bigint REFERENCES edfi.school,
  schoolyear smallint,
  sessionname varchar(60),
  studentusi int REFERENCES edfi.student,
  arrivaltime time,
  attendanceeventreason varchar(255),
  departuretime time,
  educationalenvironmentdescriptorid int REFERENCES edfi.educationalenvironmentdescriptor,
  eventduration decimal(3, 2),
  schoolattendanceduration int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (attendanceeventcategorydescriptorid, eventdate, schoolid, schoolyear, sessionname, studentusi),
  FOREIGN KEY (schoolid, schoolyear, sessionname) REFERENCES edfi.session ON UPDATE CASCADE
);

CREATE TABLE edfi.disciplineincident (
  incidentidentifier varchar(36),
  schoolid bigint REFERENCES edfi.school,
  casenumber varchar(20),
  incidentcost money,
  incidentdate date NOT NULL,
  incidentdescription varchar(1024),
  incidentlocationdescriptorid int REFERENCES edfi.incidentlocationdescriptor,
  incidenttime time,
  reportedtolawenforcement boolean,
  reporterdescriptiondescriptorid int REFERENCES edfi.reporterdescriptiondescriptor,
  reportername varchar(75),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (incidentidentifier, schoolid)
);

CREATE TABLE edfi.disciplineincidentbehavior (
  incidentidentifier varchar(36),
  schoolid bigint,
  behaviordescriptorid int REFERENCES edfi.behaviordescriptor,
  behaviordetaileddescription varchar(1024),
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (incidentidentifier, schoolid, behaviordescriptorid),
  FOREIGN KEY (incidentidentifier, schoolid) REFERENCES edfi.disciplineincident ON DELETE CASCADE
);

CREATE TABLE edfi.studentdisciplineincidentbehaviorassociation (
  behaviordescriptorid int REFERENCES edfi.behaviordescriptor,
  incidentidentifier varchar(36),
  schoolid bigint,
  studentusi int REFERENCES edfi.student,
  behaviordetaileddescription varchar(1024),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (behaviordescriptorid, incidentidentifier, schoolid, studentusi),
  FOREIGN KEY (incidentidentifier, schoolid) REFERENCES edfi.disciplineincident
);

CREATE TABLE edfi.program (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  programname varchar(60),
  programtypedescriptorid int REFERENCES edfi.programtypedescriptor,
  programid varchar(20),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, programname, programtypedescriptorid)
);

-- Abstract base of all program associations, as educationorganization is of schools.
CREATE TABLE edfi.generalstudentprogramassociation (
  begindate date,
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  programeducationorganizationid bigint,
  programname varchar(60),
  programtypedescriptorid int,
  studentusi int REFERENCES edfi.student,
  enddate date,
  reasonexiteddescriptorid int REFERENCES edfi.reasonexiteddescriptor,
  servedoutsideofregularsession boolean,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, educationorganizationid, programeducationorganizationid, programname, programtypedescriptorid, studentusi),
  FOREIGN KEY (programeducationorganizationid, programname, programtypedescriptorid) REFERENCES edfi.program
);

CREATE TABLE edfi.studentspecialeducationprogramassociation (
  begindate date,
  educationorganizationid bigint,
  programeducationorganizationid bigint,
  programname varchar(60),
  programtypedescriptorid int,
  studentusi int,
  ideaeligibility boolean,
  iepbegindate date,
  iependdate date,
  iepreviewdate date,
  lastevaluationdate date,
  medicallyfragile boolean,
  multiplydisabled boolean,
  schoolhoursperweek decimal(5, 2),
  specialeducationhoursperweek decimal(5, 2),
  specialeducationsettingdescriptorid int REFERENCES edfi.specialeducationsettingdescriptor,
  PRIMARY KEY (begindate, educationorganizationid, programeducationorganizationid, programname, programtypedescriptorid, studentusi),
  FOREIGN KEY (begindate, educationorganizationid, programeducationorganizationid, programname, programtypedescriptorid, studentusi)
    REFERENCES edfi.generalstudentprogramassociation ON DELETE CASCADE
);

CREATE TABLE edfi.grade (
  begindate date,
  gradetypedescriptorid int REFERENCES edfi.gradetypedescriptor,
  gradingperioddescriptorid int,
  gradingperiodname varchar(60),
  gradingperiodschoolyear smallint,
  localcoursecode varchar(60),
  schoolid bigint,
  schoolyear smallint,
  sectionidentifier varchar(255),
  sessionname varchar(60),
  studentusi int,
  currentgradeasofdate date,
  currentgradeindicator boolean,
  diagnosticstatement varchar(1024),
  gradeearneddescription varchar(64),
  lettergradeearned varchar(20),
  numericgradeearned decimal(9, 2),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, gradetypedescriptorid, gradingperioddescriptorid, gradingperiodname, gradingperiodschoolyear,
    localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, studentusi),
  FOREIGN KEY (gradingperioddescriptorid, gradingperiodname, schoolid, gradingperiodschoolyear) REFERENCES edfi.gradingperiod,
  FOREIGN KEY (begindate, localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, studentusi)
    REFERENCES edfi.studentsectionassociation ON UPDATE CASCADE
);

CREATE TABLE edfi.studentacademicrecord (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  studentusi int REFERENCES edfi.student,
  termdescriptorid int REFERENCES edfi.termdescriptor,
  cumulativeattemptedcredits decimal(9, 3),
  cumulativeearnedcredits decimal(9, 3),
  cumulativeearnedcredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  projectedgraduationdate date,
  sessionattemptedcredits decimal(9, 3),
  sessionearnedcredits decimal(9, 3),
  sessionearnedcredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, schoolyear, studentusi, termdescriptorid)
);

CREATE TABLE edfi.coursetranscript (
  courseattemptresultdescriptorid int REFERENCES edfi.courseattemptresultdescriptor,
  coursecode varchar(60),
  courseeducationorganizationid bigint,
  educationorganizationid bigint,
  schoolyear smallint,
  studentusi int,
  termdescriptorid int,
  alternativecoursetitle varchar(60),
  attemptedcredits decimal(9, 3),
  attemptedcredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  coursetitle varchar(60),
  earnedcredits decimal(9, 3),
  earnedcredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  externaleducationorganizationid bigint REFERENCES edfi.educationorganization,
  finallettergradeearned varchar(20),
  finalnumericgradeearned decimal(9, 2),
  responsibleteacherstaffusi int REFERENCES edfi.staff,
  whentakengradeleveldescriptorid int REFERENCES edfi.gradeleveldescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (courseattemptresultdescriptorid, coursecode, courseeducationorganizationid, educationorganizationid,
    schoolyear, studentusi, termdescriptorid),
  FOREIGN KEY (coursecode, courseeducationorganizationid) REFERENCES edfi.course,
  FOREIGN KEY (educationorganizationid, schoolyear, studentusi, termdescriptorid) REFERENCES edfi.studentacademicrecord
);

CREATE TABLE edfi.assessment (
  assessmentidentifier varchar(60),
  namespace varchar(255),
  adaptiveassessment boolean,
  assessmentcategorydescriptorid int REFERENCES edfi.assessmentcategorydescriptor,
  assessmentfamily varchar(60),
  assessmentform varchar(60),
  assessmenttitle varchar(255) NOT NULL,
  assessmentversion int,
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  maxrawscore decimal(15, 5),
  nomenclature varchar(100),
  revisiondate date,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (assessmentidentifier, namespace)
);

CREATE TABLE edfi.assessmentacademicsubject (
  assessmentidentifier varchar(60),
  namespace varchar(255),
  academicsubjectdescriptorid int REFERENCES edfi.academicsubjectdescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (assessmentidentifier, namespace, academicsubjectdescriptorid),
  FOREIGN KEY (assessmentidentifier, namespace) REFERENCES edfi.assessment ON DELETE CASCADE
);

CREATE TABLE edfi.studentassessment (
  assessmentidentifier varchar(60),
  namespace varchar(255),
  studentassessmentidentifier varchar(60),
  studentusi int REFERENCES edfi.student,
  administrationdate timestamp,
  administrationenddate timestamp,
  administrationlanguagedescriptorid int REFERENCES edfi.languagedescriptor,
  assessedminutes int,
  eventdescription varchar(1024),
  reportedschoolid bigint REFERENCES edfi.school,
  reportedschoolidentifier varchar(60),
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  serialnumber varchar(60),
  whenassessedgradeleveldescriptorid int REFERENCES edfi.gradeleveldescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (assessmentidentifier, namespace, studentassessmentidentifier, studentusi),
  FOREIGN KEY (assessmentidentifier, namespace) REFERENCES edfi.assessment
);

CREATE TABLE edfi.studentassessmentscoreresult (
  assessmentidentifier varchar(60),
  namespace varchar(255),
  studentassessmentidentifier varchar(60),
  studentusi int,
  assessmentreportingmethoddescriptorid int REFERENCES edfi.assessmentreportingmethoddescriptor,
  result varchar(35) NOT NULL,
  resultdatatypetypedescriptorid int NOT NULL REFERENCES edfi.resultdatatypetypedescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (assessmentidentifier, namespace, studentassessmentidentifier, studentusi, assessmentreportingmethoddescriptorid),
  FOREIGN KEY (assessmentidentifier, namespace, studentassessmentidentifier, studentusi)
    REFERENCES edfi.studentassessment ON DELETE CASCADE
);
