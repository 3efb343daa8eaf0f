import { Type } from '@sinclair/typebox'
import { jsonObject } from '../fields.js'
import { defineOperation } from '../operation.js'
import { closed } from '../schema.js'
import { livenessSchema, readinessSchema } from '../service-health.js'

const page = (description: string) => ({ 200: { description, otherMedia: { 'text/html': description } } })

/** The service itself: health, documentation, dashboard. */
export const serviceOperations = {
  getLiveness: defineOperation({
    id: 'getLiveness',
    method: 'get',
    path: '/health/live',
    summary: 'Is the process alive?',
    tag: 'Service',
    scope: null,
    responses: { 200: { description: 'It is.', schema: livenessSchema, example: { status: 'alive' } } },
    problems: [],
  }),
  getReadiness: defineOperation({
    id: 'getReadiness',
    method: 'get',
    path: '/health/ready',
    summary: 'Is the service ready?',
    tag: 'Service',
    scope: null,
    responses: {
      200: {
        description: 'Requests are taken (`ready`, or `degraded` while for example the queue is away).',
        schema: readinessSchema,
        example: {
          status: 'degraded',
          checks: [
            { name: 'control-database', ok: true, detail: null },
            { name: 'queue', ok: false, detail: 'No connection; jobs are recorded and start when it is back.' },
          ],
        },
      },
      503: {
        description: 'Requests cannot be taken.',
        schema: readinessSchema,
        example: {
          status: 'unavailable',
          checks: [{ name: 'control-database', ok: false, detail: 'No connection.' }],
        },
      },
    },
    problems: [],
  }),
  getMetrics: defineOperation({
    id: 'getMetrics',
    method: 'get',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    tag: 'Service',
    scope: 'read',
    anyTenantOnly: true,
    responses: { 200: { description: 'Metrics.', otherMedia: { 'text/plain': 'The text format of Prometheus.' } } },
    problems: [],
  }),
  getOpenApi: defineOperation({
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'Service',
    scope: null,
    responses: { 200: { description: 'OpenAPI 3.1.', schema: jsonObject() } },
    problems: [],
  }),
  getDocs: defineOperation({
    id: 'getDocs',
    method: 'get',
    path: '/docs',
    summary: 'Documentation to read',
    tag: 'Service',
    scope: null,
    responses: page('The documentation.'),
    problems: [],
  }),
  getErrorDocs: defineOperation({
    id: 'getErrorDocs',
    method: 'get',
    path: '/docs/errors/{code}',
    summary: 'What a problem code means',
    tag: 'Service',
    scope: null,
    params: closed({ code: Type.String({ pattern: '^[a-z_]{1,60}$' }) }),
    responses: page('What has happened, and what to do now.'),
    problems: [],
  }),
  getDashboard: defineOperation({
    id: 'getDashboard',
    method: 'get',
    path: '/dashboard',
    summary: 'The queue, to look at',
    description: 'Read-only; it has a sign-in of its own for browsers.',
    tag: 'Service',
    scope: 'read',
    anyTenantOnly: true,
    responses: page('The dashboard.'),
    problems: [],
  }),
}
