-- The journal of Ed-Fi's deployment tool: one row per script it has run. The name of a script tells the data standard,
-- the extensions and whether change queries are there. Table name in mixed case, column names in lower case: so it is.
CREATE TABLE public."DeployJournal" (
  schemaversionsid serial,
  scriptname varchar(255) NOT NULL,
  applied timestamp NOT NULL,
  CONSTRAINT "PK_DeployJournal_Id" PRIMARY KEY (schemaversionsid)
);

-- Up to ODS/API 6 there was one data standard only and the path had no folder for it.
INSERT INTO public."DeployJournal" (scriptname, applied)
SELECT CASE WHEN extension THEN 'EdFi.Ods.Extensions.TPDM.' ELSE 'EdFi.Ods.Standard.' END
         || CASE WHEN ods[1] < 7 THEN ''
                 WHEN extension THEN 'Extensions.TPDM.1.1.0.Standard.' || standard || '.0.'
                 ELSE 'Standard.' || standard || '.0.' END
         || 'Artifacts.PgSql.' || script || '.sql',
       timestamp '2025-07-01 04:00:00' + position * interval '40 milliseconds'
  FROM (VALUES
    (1, false, 'Structure.Ods.0010-Schemas', '5.0'),
    (2, false, 'Structure.Ods.0011-Extensions', '5.0'),
    (3, false, 'Structure.Ods.0020-Tables', '5.0'),
    (4, false, 'Structure.Ods.0030-ForeignKeys', '5.0'),
    (5, false, 'Structure.Ods.0040-IdColumnUniqueIndexes', '5.0'),
    (6, false, 'Structure.Ods.1002-AuthViews', '5.0'),
    (7, false, 'Structure.Ods.1020-Interoperability-Extension', '5.0'),
    (8, false, 'Structure.Ods.1022-SetVersion', '5.0'),
    (9, false, 'Structure.Ods.1031-Create-SetSchoolYear-stored-procedure', '5.0'),
    (10, false, 'Structure.Ods.1300-CreateEdOrgToEdOrgTable', '5.3'),
    (11, false, 'Structure.Ods.1302-CreateEdOrgToEdOrgTriggers', '5.3'),
    (12, false, 'Structure.Ods.1320-UpdateVersionTo53', '5.3'),
    (13, false, 'Structure.Ods.1340-UpdateVersionTo60', '6.0'),
    (14, false, 'Structure.Ods.1380-UpdateVersionTo61', '6.1'),
    (15, false, 'Structure.Ods.1390-UpdateVersionTo70', '7.0'),
    (16, false, 'Structure.Ods.1400-Alter-EducationOrganizationId-to-bigint', '7.1'),
    (17, false, 'Structure.Ods.1430-UpdateVersionTo71', '7.1'),
    (18, false, 'Structure.Ods.1450-UpdateVersionTo72', '7.2'),
    (19, false, 'Structure.Ods.1460-AggregateIdColumns', '7.3'),
    (20, false, 'Structure.Ods.1470-UpdateVersionTo73', '7.3'),
    (21, false, 'Structure.Ods.Changes.0010-CreateChangesSchema', '5.0'),
    (22, false, 'Structure.Ods.Changes.0020-CreateChangeVersionSequence', '5.0'),
    (23, false, 'Structure.Ods.Changes.0030-AddColumnChangeVersionForTables', '5.0'),
    (24, false, 'Structure.Ods.Changes.0200-CreateTrackedChangeTables', '5.3'),
    (25, false, 'Structure.Ods.Changes.0220-CreateTriggersForDeleteTracking', '5.3'),
    (26, false, 'Structure.Ods.Changes.1010-CreateGetMaxChangeVersionFunction', '5.3'),
    (27, true, 'Structure.Ods.0010-Schemas', '5.3'),
    (28, true, 'Structure.Ods.0020-Tables', '5.3'),
    (29, true, 'Structure.Ods.0030-ForeignKeys', '5.3'),
    (30, true, 'Structure.Ods.Changes.0200-CreateTrackedChangeTables', '5.3'),
    (31, false, 'Data.Ods.0020-SchoolYears', '5.0'),
    (32, false, 'Data.Ods.1010-OperationalContexts', '5.0'),
    (33, false, 'Data.Ods.1040-Set-Default-SchoolYear', '5.0')
  ) AS s (position, extension, script, since)
  CROSS JOIN (
    SELECT string_to_array(current_setting('sample_ods.ods_version'), '.')::int[] AS ods,
           current_setting('sample_ods.data_standard') AS standard
  ) AS version
 WHERE string_to_array(since, '.')::int[] <= ods
 ORDER BY position;
