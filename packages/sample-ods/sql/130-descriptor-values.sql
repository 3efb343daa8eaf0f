-- The descriptors of the Alliance's own namespace; a host adds its own beside them.
INSERT INTO edfi.descriptor (namespace, codevalue, shortdescription, description, discriminator)
SELECT 'uri://ed-fi.org/' || kind || 'Descriptor', code, code, code, 'edfi.' || kind || 'Descriptor'
  FROM sample_build.descriptorkind CROSS JOIN LATERAL unnest(codevalues) WITH ORDINALITY AS v (code, position)
 ORDER BY kind, position;

DO $$
DECLARE
  descriptorkind text;
BEGIN
  FOR descriptorkind IN SELECT kind FROM sample_build.descriptorkind ORDER BY 1 LOOP
    EXECUTE format('INSERT INTO edfi.%sdescriptor SELECT descriptorid FROM edfi.descriptor WHERE discriminator = %L',
      lower(descriptorkind), 'edfi.' || descriptorkind || 'Descriptor');
  END LOOP;
END $$;
