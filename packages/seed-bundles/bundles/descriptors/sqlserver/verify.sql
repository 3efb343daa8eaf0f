SELECT 'descriptors' AS name,
       CAST(CASE WHEN COUNT(*) = COUNT(d.DescriptorId) THEN 1 ELSE 0 END AS bit) AS ok,
       CONCAT(COUNT(d.DescriptorId), ' of ', COUNT(*), ' descriptor(s) are there.') AS detail
  FROM OPENJSON(@parameters, '$.descriptors.descriptors')
    WITH (namespace nvarchar(255), codeValue nvarchar(50)) AS asked
  LEFT JOIN edfi.Descriptor AS d
    ON d.Namespace = asked.namespace AND d.CodeValue = asked.codeValue
   AND d.Discriminator = CONCAT('edfi.', RIGHT(asked.namespace, CHARINDEX('/', REVERSE(asked.namespace)) - 1))
