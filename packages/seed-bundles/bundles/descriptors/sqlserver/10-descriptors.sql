-- The kind is the last part of the namespace; each kind has a table of its own beside edfi.Descriptor.
DECLARE @namespace nvarchar(255), @codeValue nvarchar(50), @shortDescription nvarchar(75), @description nvarchar(1024);
DECLARE @kind nvarchar(255), @kindTable int, @keyColumn sysname, @descriptorId int, @statement nvarchar(max), @message nvarchar(2048);

DECLARE asked CURSOR LOCAL FAST_FORWARD FOR
  SELECT namespace, codeValue, shortDescription, description
    FROM OPENJSON(@parameters, '$.descriptors.descriptors')
    WITH (namespace nvarchar(255), codeValue nvarchar(50), shortDescription nvarchar(75), description nvarchar(1024));
OPEN asked;
FETCH NEXT FROM asked INTO @namespace, @codeValue, @shortDescription, @description;
WHILE @@FETCH_STATUS = 0
BEGIN
  SET @kind = RIGHT(@namespace, CHARINDEX('/', REVERSE(@namespace)) - 1);
  SET @kindTable = OBJECT_ID(CONCAT('edfi.', QUOTENAME(@kind)), 'U');
  IF @kindTable IS NULL
  BEGIN
    SET @message = CONCAT('This ODS has no descriptors of the kind "', @kind, '".');
    THROW 50000, @message, 1;
  END;

  UPDATE edfi.Descriptor
     SET ShortDescription = COALESCE(@shortDescription, ShortDescription),
         Description = COALESCE(@description, Description),
         LastModifiedDate = SYSUTCDATETIME()
   WHERE Namespace = @namespace AND CodeValue = @codeValue
     AND (ShortDescription <> @shortDescription OR COALESCE(Description, '') <> @description);

  INSERT INTO edfi.Descriptor
    (Namespace, CodeValue, ShortDescription, Description, Discriminator, CreateDate, LastModifiedDate, Id)
  SELECT @namespace, @codeValue, COALESCE(@shortDescription, @codeValue), @description, CONCAT('edfi.', @kind),
         SYSUTCDATETIME(), SYSUTCDATETIME(), NEWID()
   WHERE NOT EXISTS (SELECT 1 FROM edfi.Descriptor WHERE Namespace = @namespace AND CodeValue = @codeValue);

  SET @descriptorId = (SELECT DescriptorId FROM edfi.Descriptor WHERE Namespace = @namespace AND CodeValue = @codeValue);
  SET @keyColumn = COL_NAME(@kindTable, 1);
  SET @statement = CONCAT('INSERT INTO edfi.', QUOTENAME(@kind), ' (', QUOTENAME(@keyColumn), ') SELECT @id WHERE NOT EXISTS (SELECT 1 FROM edfi.',
    QUOTENAME(@kind), ' WHERE ', QUOTENAME(@keyColumn), ' = @id)');
  EXEC sp_executesql @statement, N'@id int', @id = @descriptorId;

  FETCH NEXT FROM asked INTO @namespace, @codeValue, @shortDescription, @description;
END;
CLOSE asked;
DEALLOCATE asked;
