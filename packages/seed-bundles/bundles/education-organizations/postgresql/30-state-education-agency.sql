INSERT INTO edfi.stateeducationagency (stateeducationagencyid)
SELECT organization.educationorganizationid
  FROM edfi.educationorganization organization
 WHERE organization.educationorganizationid =
       (current_setting('tm.parameters')::jsonb #>> '{education-organizations,stateEducationAgency,id}')::bigint
   AND organization.discriminator = 'edfi.StateEducationAgency'
ON CONFLICT DO NOTHING;
