-- People. A USI is a surrogate key of this one database; the UniqueId is the key that the API shows.
CREATE TABLE edfi.person (
  personid varchar(32),
  sourcesystemdescriptorid int REFERENCES edfi.sourcesystemdescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (personid, sourcesystemdescriptorid)
);

CREATE TABLE edfi.student (
  studentusi serial PRIMARY KEY,
  birthcity varchar(30),
  birthcountrydescriptorid int REFERENCES edfi.countrydescriptor,
  birthdate date NOT NULL,
  birthinternationalprovince varchar(150),
  birthsexdescriptorid int REFERENCES edfi.sexdescriptor,
  birthstateabbreviationdescriptorid int REFERENCES edfi.stateabbreviationdescriptor,
  citizenshipstatusdescriptorid int REFERENCES edfi.citizenshipstatusdescriptor,
  dateenteredus date,
  firstname varchar(75) NOT NULL,
  generationcodesuffix varchar(10),
  lastsurname varchar(75) NOT NULL,
  maidenname varchar(75),
  middlename varchar(75),
  multiplebirthstatus boolean,
  personaltitleprefix varchar(30),
  personid varchar(32),
  preferredfirstname varchar(75),
  preferredlastsurname varchar(75),
  sourcesystemdescriptorid int,
  studentuniqueid varchar(32) NOT NULL,
  LIKE sample_build.root INCLUDING DEFAULTS,
  FOREIGN KEY (personid, sourcesystemdescriptorid) REFERENCES edfi.person
);
CREATE UNIQUE INDEX student_ui_studentuniqueid ON edfi.student (studentuniqueid) INCLUDE (studentusi);

CREATE TABLE edfi.staff (
  staffusi serial PRIMARY KEY,
  birthdate date,
  citizenshipstatusdescriptorid int REFERENCES edfi.citizenshipstatusdescriptor,
  firstname varchar(75) NOT NULL,
  genderidentity varchar(60),
  generationcodesuffix varchar(10),
  highestcompletedlevelofeducationdescriptorid int REFERENCES edfi.levelofeducationdescriptor,
  highlyqualifiedteacher boolean,
  hispaniclatinoethnicity boolean,
  lastsurname varchar(75) NOT NULL,
  loginid varchar(60),
  maidenname varchar(75),
  middlename varchar(75),
  personaltitleprefix varchar(30),
  personid varchar(32),
  preferredfirstname varchar(75),
  preferredlastsurname varchar(75),
  sexdescriptorid int REFERENCES edfi.sexdescriptor,
  sourcesystemdescriptorid int,
  staffuniqueid varchar(32) NOT NULL,
  yearsofpriorprofessionalexperience decimal(5, 2),
  yearsofpriorteachingexperience decimal(5, 2),
  LIKE sample_build.root INCLUDING DEFAULTS,
  FOREIGN KEY (personid, sourcesystemdescriptorid) REFERENCES edfi.person
);
CREATE UNIQUE INDEX staff_ui_staffuniqueid ON edfi.staff (staffuniqueid) INCLUDE (staffusi);

-- Up to Data Standard 4 this one is called parent; the builder renames it there.
CREATE TABLE edfi.contact (
  contactusi serial PRIMARY KEY,
  contactuniqueid varchar(32) NOT NULL,
  firstname varchar(75) NOT NULL,
  genderidentity varchar(60),
  generationcodesuffix varchar(10),
  highestcompletedlevelofeducationdescriptorid int REFERENCES edfi.levelofeducationdescriptor,
  lastsurname varchar(75) NOT NULL,
  loginid varchar(60),
  maidenname varchar(75),
  middlename varchar(75),
  personaltitleprefix varchar(30),
  personid varchar(32),
  preferredfirstname varchar(75),
  preferredlastsurname varchar(75),
  sexdescriptorid int REFERENCES edfi.sexdescriptor,
  sourcesystemdescriptorid int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  FOREIGN KEY (personid, sourcesystemdescriptorid) REFERENCES edfi.person
);
CREATE UNIQUE INDEX contact_ui_contactuniqueid ON edfi.contact (contactuniqueid) INCLUDE (contactusi);

CREATE TABLE edfi.studentcontactassociation (
  contactusi int REFERENCES edfi.contact,
  studentusi int REFERENCES edfi.student,
  contactpriority int,
  contactrestrictions varchar(250),
  emergencycontactstatus boolean,
  legalguardian boolean,
  liveswith boolean,
  primarycontactstatus boolean,
  relationdescriptorid int REFERENCES edfi.relationdescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (contactusi, studentusi)
);

CREATE TABLE edfi.studenteducationorganizationassociation (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  studentusi int REFERENCES edfi.student,
  genderidentity varchar(60),
  hispaniclatinoethnicity boolean,
  internetaccessinresidence boolean,
  limitedenglishproficiencydescriptorid int REFERENCES edfi.limitedenglishproficiencydescriptor,
  loginid varchar(60),
  profilethumbnail varchar(255),
  sexdescriptorid int REFERENCES edfi.sexdescriptor,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, studentusi)
);

CREATE TABLE edfi.studenteducationorganizationresponsibilityassociation (
  begindate date,
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  responsibilitydescriptorid int REFERENCES edfi.responsibilitydescriptor,
  studentusi int REFERENCES edfi.student,
  enddate date,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, educationorganizationid, responsibilitydescriptorid, studentusi)
);

CREATE TABLE edfi.credential (
  credentialidentifier varchar(60),
  stateofissuestateabbreviationdescriptorid int REFERENCES edfi.stateabbreviationdescriptor,
  credentialfielddescriptorid int REFERENCES edfi.credentialfielddescriptor,
  credentialtypedescriptorid int NOT NULL REFERENCES edfi.credentialtypedescriptor,
  effectivedate date,
  expirationdate date,
  issuancedate date NOT NULL,
  namespace varchar(255) NOT NULL,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (credentialidentifier, stateofissuestateabbreviationdescriptorid)
);

CREATE TABLE edfi.staffeducationorganizationemploymentassociation (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  employmentstatusdescriptorid int REFERENCES edfi.employmentstatusdescriptor,
  hiredate date,
  staffusi int REFERENCES edfi.staff,
  annualwage money,
  credentialidentifier varchar(60),
  department varchar(60),
  enddate date,
  fulltimeequivalency decimal(5, 4),
  hourlywage money,
  offerdate date,
  separationreasondescriptorid int REFERENCES edfi.separationreasondescriptor,
  stateofissuestateabbreviationdescriptorid int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, employmentstatusdescriptorid, hiredate, staffusi),
  FOREIGN KEY (credentialidentifier, stateofissuestateabbreviationdescriptorid) REFERENCES edfi.credential
);

CREATE TABLE edfi.staffeducationorganizationassignmentassociation (
  begindate date,
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  staffclassificationdescriptorid int REFERENCES edfi.staffclassificationdescriptor,
  staffusi int REFERENCES edfi.staff,
  credentialidentifier varchar(60),
  employmenteducationorganizationid bigint,
  employmentstatusdescriptorid int,
  employmenthiredate date,
  enddate date,
  fulltimeequivalency decimal(5, 4),
  orderofassignment int,
  positiontitle varchar(100),
  stateofissuestateabbreviationdescriptorid int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, educationorganizationid, staffclassificationdescriptorid, staffusi),
  FOREIGN KEY (credentialidentifier, stateofissuestateabbreviationdescriptorid) REFERENCES edfi.credential,
  FOREIGN KEY (employmenteducationorganizationid, employmentstatusdescriptorid, employmenthiredate, staffusi)
    REFERENCES edfi.staffeducationorganizationemploymentassociation
);
