import type { Hook, HookRequest } from '../hooks.js'

/** A call that has to succeed, and the ODS/API of a tenant in a container. */
export const hookRequestExamples: HookRequest[] = [
  {
    name: 'routing',
    events: ['afterRegister', 'beforeUnregister'],
    http: {
      url: 'https://deploy.example.org/hooks/ods',
      secret: 'whsec_dGhpcyBpcyBhbiBleGFtcGxlLCBjaG9vc2UgeW91ciBvd24=',
    },
  },
  {
    name: 'ods-api',
    container: {
      image: 'edfialliance/ods-api-web-api:7.3',
      environment: { TENANT: '{{tenant}}' },
      secretEnvironment: { ODS_CONNECTION_STRING: '{{connectionString}}' },
      ports: [{ container: 80 }],
      network: 'ed-fi',
    },
  },
]

/** The same as answered. */
export const hookExamples: Hook[] = [
  {
    name: 'routing',
    events: ['afterRegister', 'beforeUnregister'],
    required: true,
    retryForSeconds: null,
    http: { url: 'https://deploy.example.org/hooks/ods', timeoutMs: 15_000, pollForSeconds: 900, headerNames: [] },
    container: null,
  },
  {
    name: 'ods-api',
    events: ['afterRegister', 'afterStart', 'afterStop', 'beforeUnregister'],
    required: true,
    retryForSeconds: null,
    http: null,
    container: {
      engine: 'default',
      image: 'edfialliance/ods-api-web-api:7.3',
      environment: { TENANT: '{{tenant}}' },
      secretNames: ['ODS_CONNECTION_STRING'],
      ports: [{ container: 80 }],
      network: 'ed-fi',
      command: null,
      labels: {},
      restart: 'unless-stopped',
      pull: 'missing',
      healthTimeoutMs: 120_000,
    },
  },
]
