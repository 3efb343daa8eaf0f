-- The core of the TPDM (teacher preparation) extension, which the stock templates include; empty in all of them.
CREATE TABLE tpdm.candidate (
  candidateidentifier varchar(32) PRIMARY KEY,
  birthdate date NOT NULL,
  economicdisadvantaged boolean,
  firstgenerationstudent boolean,
  firstname varchar(75) NOT NULL,
  hispaniclatinoethnicity boolean,
  lastsurname varchar(75) NOT NULL,
  middlename varchar(75),
  personid varchar(32),
  sexdescriptorid int NOT NULL REFERENCES edfi.sexdescriptor,
  sourcesystemdescriptorid int,
  LIKE sample_build.root INCLUDING DEFAULTS,
  FOREIGN KEY (personid, sourcesystemdescriptorid) REFERENCES edfi.person
);

CREATE TABLE tpdm.educatorpreparationprogram (
  educationorganizationid bigint REFERENCES edfi.educationorganization,
  programname varchar(255),
  programtypedescriptorid int REFERENCES edfi.programtypedescriptor,
  programid varchar(20),
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, programname, programtypedescriptorid)
);

CREATE TABLE tpdm.candidateeducatorpreparationprogramassociation (
  begindate date,
  candidateidentifier varchar(32) REFERENCES tpdm.candidate,
  educationorganizationid bigint,
  programname varchar(255),
  programtypedescriptorid int,
  enddate date,
  LIKE sample_build.root INCLUDING DEFAULTS,
  PRIMARY KEY (begindate, candidateidentifier, educationorganizationid, programname, programtypedescriptorid),
  FOREIGN KEY (educationorganizationid, programname, programtypedescriptorid) REFERENCES tpdm.educatorpreparationprogram
);
