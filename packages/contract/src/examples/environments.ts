import { hookExamples, hookRequestExamples } from './hooks.js'
import type { Environment, EnvironmentRequest } from '../environments.js'

/** A request for an environment with all that is usual. */
export const environmentRequestExample: EnvironmentRequest = {
  name: 'production',
  engine: 'PostgreSql',
  adminApi: {
    url: 'https://ods.example.org/adminapi',
    clientId: 'tenant-management',
    clientSecret: 'a secret of your choice',
    mode: 'auto',
    multiTenant: true,
  },
  odsApi: {
    baseUrl: 'https://ods.example.org/api',
    contextRouteTemplate: '{schoolYearFromRoute:range(1900,2100)}',
  },
  dataStandard: '5.2.0',
  hooks: hookRequestExamples,
}

/** The answer to it. */
export const environmentExample: Environment = {
  name: 'production',
  engine: 'PostgreSql',
  adminApi: {
    url: 'https://ods.example.org/adminapi',
    clientId: 'tenant-management',
    mode: 'auto',
    multiTenant: true,
    timeoutMs: 30_000,
    maxConcurrency: 8,
  },
  odsApi: {
    baseUrl: 'https://ods.example.org/api',
    contextRouteTemplate: '{schoolYearFromRoute:range(1900,2100)}',
    hasEncryptionKey: false,
    notifications: null,
    probe: null,
  },
  dataStandard: '5.2.0',
  hooks: hookExamples,
  createdAt: '2026-07-01T08:00:00.000Z',
  updatedAt: '2026-07-01T08:00:00.000Z',
}
