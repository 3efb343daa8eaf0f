/** @type {import('@edfi-tenants/provisioner').ProvisionerManifest} */
export const manifest = {
  name: '__NAME__',
  title: '__NAME__',
  // What ODS/API speaks with the databases: PostgreSql or SqlServer.
  databaseEngine: 'PostgreSql',
  // Written out: this is the version that this code was written for, not the one it happens to run with.
  contractVersion: __CONTRACT_VERSION__,
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['host'],
    properties: {
      host: { type: 'string', minLength: 1, maxLength: 255, description: 'Where the server is reached.' },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 5432 },
    },
  },
  templateSchema: { type: 'string', minLength: 1, maxLength: 63, description: 'Name of the database to copy.' },
  addressSettings: ['host', 'port'],
  // What is false is refused before anything starts, and skipped by the conformance suite. Switch on what works.
  capabilities: {
    supportsPerInstanceLogin: false,
    supportsRename: false,
    supportsStop: false,
    supportsArchive: false,
    clonesOnline: false,
  },
}
