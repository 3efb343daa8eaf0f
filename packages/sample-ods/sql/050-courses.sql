-- Calendars, sessions, courses and sections. A section carries its whole ancestry in its key: Ed-Fi uses natural keys
-- throughout, and a session can be renamed, which then cascades down to every row below it.
CREATE TABLE edfi.calendar (
  calendarcode varchar(60),
  schoolid bigint REFERENCES edfi.school,
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  calendartypedescriptorid int NOT NULL REFERENCES edfi.calendartypedescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (calendarcode, schoolid, schoolyear)
);

CREATE TABLE edfi.calendardate (
  calendarcode varchar(60),
  date date,
  schoolid bigint,
  schoolyear smallint,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (calendarcode, date, schoolid, schoolyear),
  FOREIGN KEY (calendarcode, schoolid, schoolyear) REFERENCES edfi.calendar
);

CREATE TABLE edfi.calendardatecalendarevent (
  calendarcode varchar(60),
  date date,
  schoolid bigint,
  schoolyear smallint,
  calendareventdescriptorid int REFERENCES edfi.calendareventdescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (calendarcode, date, schoolid, schoolyear, calendareventdescriptorid),
  FOREIGN KEY (calendarcode, date, schoolid, schoolyear) REFERENCES edfi.calendardate ON DELETE CASCADE
);

CREATE TABLE edfi.gradingperiod (
  gradingperioddescriptorid int REFERENCES edfi.gradingperioddescriptor,
  gradingperiodname varchar(60),
  schoolid bigint REFERENCES edfi.school,
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  begindate date NOT NULL,
  enddate date NOT NULL,
  periodsequence int,
  totalinstructionaldays int NOT NULL,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (gradingperioddescriptorid, gradingperiodname, schoolid, schoolyear)
);

CREATE TABLE edfi.session (
  schoolid bigint REFERENCES edfi.school,
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  sessionname varchar(60),
  begindate date NOT NULL,
  enddate date NOT NULL,
  termdescriptorid int NOT NULL REFERENCES edfi.termdescriptor,
  totalinstructionaldays int NOT NULL,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (schoolid, schoolyear, sessionname)
);

CREATE TABLE edfi.sessiongradingperiod (
  schoolid bigint,
  schoolyear smallint,
  sessionname varchar(60),
  gradingperioddescriptorid int,
  gradingperiodname varchar(60),
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (schoolid, schoolyear, sessionname, gradingperioddescriptorid, gradingperiodname),
  FOREIGN KEY (gradingperioddescriptorid, gradingperiodname, schoolid, schoolyear) REFERENCES edfi.gradingperiod,
  FOREIGN KEY (schoolid, schoolyear, sessionname) REFERENCES edfi.session ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE edfi.classperiod (
  classperiodname varchar(60),
  schoolid bigint REFERENCES edfi.school,
  officialattendanceperiod boolean,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (classperiodname, schoolid)
);

CREATE TABLE edfi.location (
  classroomidentificationcode varchar(60),
  schoolid bigint REFERENCES edfi.school,
  maximumnumberofseats int,
  optimalnumberofseats int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (classroomidentificationcode, schoolid)
);

CREATE TABLE edfi.course (
  coursecode varchar(60),
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  coursedefinedbydescriptorid int REFERENCES edfi.coursedefinedbydescriptor,
  coursedescription varchar(1024),
  coursetitle varchar(60) NOT NULL,
  datecourseadopted date,
  highschoolcourserequirement boolean,
  maxcompletionsforcredit int,
  maximumavailablecreditconversion decimal(9, 2),
  maximumavailablecredits decimal(9, 3),
  maximumavailablecredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  minimumavailablecreditconversion decimal(9, 2),
  minimumavailablecredits decimal(9, 3),
  minimumavailablecredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  numberofparts int NOT NULL,
  timerequiredforcompletion int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (coursecode, educationorganizationid)
);

CREATE TABLE edfi.courseidentificationcode (
  coursecode varchar(60),
  educationorganizationid bigint,
  courseidentificationsystemdescriptorid int REFERENCES edfi.courseidentificationsystemdescriptor,
  assigningorganizationidentificationcode varchar(60),
  coursecatalogurl varchar(255),
  identificationcode varchar(60) NOT NULL,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (coursecode, educationorganizationid, courseidentificationsystemdescriptorid),
  FOREIGN KEY (coursecode, educationorganizationid) REFERENCES edfi.course ON DELETE CASCADE
);

CREATE TABLE edfi.courseoffering (
  localcoursecode varchar(60),
  schoolid bigint REFERENCES edfi.school,
  schoolyear smallint,
  sessionname varchar(60),
  coursecode varchar(60) NOT NULL,
  educationorganizationid bigint NOT NULL,
  instructionaltimeplanned int,
  localcoursetitle varchar(60),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (localcoursecode, schoolid, schoolyear, sessionname),
  FOREIGN KEY (coursecode, educationorganizationid) REFERENCES edfi.course,
  FOREIGN KEY (schoolid, schoolyear, sessionname) REFERENCES edfi.session ON UPDATE CASCADE
);

CREATE TABLE edfi.section (
  localcoursecode varchar(60),
  schoolid bigint,
  schoolyear smallint,
  sectionidentifier varchar(255),
  sessionname varchar(60),
  availablecreditconversion decimal(9, 2),
  availablecredits decimal(9, 3),
  availablecredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  educationalenvironmentdescriptorid int REFERENCES edfi.educationalenvironmentdescriptor,
  instructionlanguagedescriptorid int REFERENCES edfi.languagedescriptor,
  locationclassroomidentificationcode varchar(60),
  locationschoolid bigint REFERENCES edfi.school,
  officialattendanceperiod boolean,
  sectionname varchar(100),
  sectiontypedescriptorid int REFERENCES edfi.sectiontypedescriptor,
  sequenceofcourse int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname),
  FOREIGN KEY (localcoursecode, schoolid, schoolyear, sessionname) REFERENCES edfi.courseoffering ON UPDATE CASCADE,
  FOREIGN KEY (locationclassroomidentificationcode, locationschoolid) REFERENCES edfi.location ON UPDATE CASCADE
);

CREATE TABLE edfi.sectionclassperiod (
  localcoursecode varchar(60),
  schoolid bigint,
  schoolyear smallint,
  sectionidentifier varchar(255),
  sessionname varchar(60),
  classperiodname varchar(60),
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, classperiodname),
  FOREIGN KEY (classperiodname, schoolid) REFERENCES edfi.classperiod ON UPDATE CASCADE,
  FOREIGN KEY (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname)
    REFERENCES edfi.section ON DELETE CASCADE ON UPDATE CASCADE
);
