/** @type {import('@edfi-tenants/provisioner').ProvisionerManifest} */
export const manifest = {
  name: 'folders',
  title: 'Folders (worked example)',
  databaseEngine: 'PostgreSql',
  // Written out: this is the version that this code was written for, not the one it happens to run with.
  contractVersion: 1,
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['root'],
    properties: {
      root: {
        type: 'string',
        minLength: 1,
        maxLength: 1_000,
        description: 'The folder that holds the databases.',
        // Without this the API would take it for a host, and refuse it.
        'x-host': false,
      },
      host: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        default: 'localhost',
        description: 'What the registered connection string says; nobody connects there.',
      },
    },
  },
  templateSchema: { type: 'string', minLength: 1, maxLength: 63, description: 'Name of the database to copy.' },
  addressSettings: ['root', 'host'],
  capabilities: {
    // The logins of such a server are made by hand (see make-server.js).
    supportsPerInstanceLogin: false,
    supportsRename: true,
    supportsStop: true,
    supportsArchive: true,
    clonesOnline: true,
  },
}
