-- Who attends which school and which section, and who teaches it. A student is enrolled while exitwithdrawdate is null
-- or still to come; a student who comes back gets a second row with a later entrydate.
CREATE TABLE edfi.graduationplan (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  graduationplantypedescriptorid int REFERENCES edfi.graduationplantypedescriptor,
  graduationschoolyear smallint REFERENCES edfi.schoolyeartype,
  individualplan boolean,
  totalrequiredcreditconversion decimal(9, 2),
  totalrequiredcredits decimal(9, 3) NOT NULL,
  totalrequiredcredittypedescriptorid int REFERENCES edfi.credittypedescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, graduationplantypedescriptorid, graduationschoolyear)
);

CREATE TABLE edfi.studentschoolassociation (
  entrydate date,
  schoolid bigint REFERENCES edfi.school,
  studentusi int REFERENCES edfi.student,
  calendarcode varchar(60),
  classofschoolyear smallint REFERENCES edfi.schoolyeartype,
  educationorganizationid bigint,
  employedwhileenrolled boolean,
  enrollmenttypedescriptorid int REFERENCES edfi.enrollmenttypedescriptor,
  entrygradeleveldescriptorid int NOT NULL REFERENCES edfi.gradeleveldescriptor,
  entrygradelevelreasondescriptorid int REFERENCES edfi.entrygradelevelreasondescriptor,
  entrytypedescriptorid int REFERENCES edfi.entrytypedescriptor,
  exitwithdrawdate date,
  exitwithdrawtypedescriptorid int REFERENCES edfi.exitwithdrawtypedescriptor,
  fulltimeequivalency decimal(5, 4),
  graduationplantypedescriptorid int,
  graduationschoolyear smallint,
  nextyeargradeleveldescriptorid int REFERENCES edfi.gradeleveldescriptor,
  nextyearschoolid bigint REFERENCES edfi.school,
  primaryschool boolean,
  repeatgradeindicator boolean,
  residencystatusdescriptorid int REFERENCES edfi.residencystatusdescriptor,
  schoolchoice boolean,
  schoolchoicetransfer boolean,
  schoolyear smallint REFERENCES edfi.schoolyeartype,
  termcompletionindicator boolean,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (entrydate, schoolid, studentusi),
  FOREIGN KEY (calendarcode, schoolid, schoolyear) REFERENCES edfi.calendar,
  FOREIGN KEY (educationorganizationid, graduationplantypedescriptorid, graduationschoolyear) REFERENCES edfi.graduationplan
);

CREATE TABLE edfi.studentsectionassociation (
  begindate date,
  localcoursecode varchar(60),
  schoolid bigint,
  schoolyear smallint,
  sectionidentifier varchar(255),
  sessionname varchar(60),
  studentusi int REFERENCES edfi.student,
  attemptstatusdescriptorid int REFERENCES edfi.attemptstatusdescriptor,
  dualcrediteducationorganizationid bigint REFERENCES edfi.educationorganization,
  dualcreditindicator boolean,
  enddate date,
  homeroomindicator boolean,
  teacherstudentdatalinkexclusion boolean,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, studentusi),
  FOREIGN KEY (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname) REFERENCES edfi.section ON UPDATE CASCADE
);

CREATE TABLE edfi.staffsectionassociation (
  begindate date,
  localcoursecode varchar(60),
  schoolid bigint,
  schoolyear smallint,
  sectionidentifier varchar(255),
  sessionname varchar(60),
  staffusi int REFERENCES edfi.staff,
  classroompositiondescriptorid int NOT NULL REFERENCES edfi.classroompositiondescriptor,
  enddate date,
  highlyqualifiedteacher boolean,
  percentagecontribution decimal(5, 4),
  teacherstudentdatalinkexclusion boolean,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, staffusi),
  FOREIGN KEY (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname) REFERENCES edfi.section ON UPDATE CASCADE
);
