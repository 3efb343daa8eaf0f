import type { Json, JsonObject } from '@edfi-tenants/core'
import { databaseNamePattern, databaseEngines, tenantNamePattern } from '@edfi-tenants/core'
import { Type, type TString } from '@sinclair/typebox'
import { mapOf, oneOfWords, type SchemaNotes } from './schema.js'

const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$'

/** One line of text without control characters, 1 to `maxLength` characters. */
export const text = (maxLength: number, notes: SchemaNotes = {}): TString =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: printable,
    'x-rule': 'must not contain control characters',
    ...notes,
  })

/** Any text in an answer. */
export const anyText = (notes: SchemaNotes = {}): TString => Type.String(notes)

/** An id of ours. */
export const uuid = (notes: SchemaNotes = {}): TString => Type.String({ format: 'uuid', ...notes })

/**
 * A moment in UTC, as ISO 8601 ending in `Z`. The pattern narrows `date-time` to what JavaScript and PostgreSQL both
 * read: no offsets, no leap seconds.
 */
export const time = (notes: SchemaNotes = {}): TString =>
  Type.String({
    format: 'date-time',
    pattern: '^[1-9][0-9-]{9}T[0-9:]{6}[0-5][0-9](?:\\.[0-9]{1,9})?Z$',
    'x-rule': 'must be a time in ISO 8601, in UTC, for example 2026-08-01T12:00:00Z',
    ...notes,
  })

/** Names that stand in URLs: of environments, database servers, templates, pools. */
export const resourceNamePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'

/** The name of an environment, database server, template or pool. */
export const resourceName = (notes: SchemaNotes = {}): TString =>
  Type.String({
    pattern: resourceNamePattern,
    'x-rule':
      'must have 1 to 63 characters: letters, digits, dots, underscores and hyphens, the first a letter or digit',
    ...notes,
  })

/** The name of a tenant; Admin API's rule for its `tenant` header. */
export const tenantName = (notes: SchemaNotes = {}): TString =>
  Type.String({
    pattern: tenantNamePattern,
    'x-rule': 'must have 1 to 50 characters: letters, digits and hyphens',
    ...notes,
  })

/** Core's instance name pattern, with the further rule that the name does not end with a space. */
export const instanceNameFieldPattern = '^[A-Za-z0-9](?:[A-Za-z0-9 ._()-]*[A-Za-z0-9._()-])?$'

/** The registered name of an instance. */
export const instanceName = (notes: SchemaNotes = {}): TString =>
  Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: instanceNameFieldPattern,
    'x-rule': 'must start with a letter or digit and contain only letters, digits, spaces and . _ ( ) -',
    ...notes,
  })

/** The name of an instance's database. */
export const databaseName = (notes: SchemaNotes = {}): TString =>
  Type.String({
    pattern: databaseNamePattern,
    'x-rule': 'must have 1 to 63 characters: letters, digits, underscores and hyphens, the first a letter',
    ...notes,
  })

/** What Admin API keeps as the type of an ODS instance. */
export const instanceType = (notes: SchemaNotes = {}): TString => text(100, notes)

/** The database engine of an environment, as Admin API spells it. */
export const databaseEngine = (notes: SchemaNotes = {}) => oneOfWords(databaseEngines, notes)

const shortText = text(50)

/** Context keys and values, passed on verbatim to Admin API, whose columns hold 50 characters each. */
export const contexts = (notes: SchemaNotes = {}) =>
  mapOf(shortText, shortText, {
    description:
      'ODS contexts, passed on verbatim to Admin API; the usual keys are `schoolYearFromRoute` and `instanceId`.',
    maxProperties: 20,
    ...notes,
  })

/** A label's key. */
export const labelKey = text(63)

/** A label's value; may be empty. */
export const labelValue = text(255, { minLength: 0 })

/** A client's own labels on an instance. */
export const labels = (notes: SchemaNotes = {}) =>
  mapOf(labelKey, labelValue, {
    description: 'Labels of your own, for filtering. Well known: `district`, `schoolYear`, `stage`.',
    maxProperties: 50,
    ...notes,
  })

/** The address of a web service: http or https, without user name, query or fragment. */
export const webAddress = (notes: SchemaNotes = {}): TString =>
  Type.String({
    format: 'uri',
    maxLength: 2000,
    pattern: '^https?://[^@?#\\s]+$',
    'x-rule': 'must be an http or https URL without user name, query or fragment',
    ...notes,
  })

/** A secret in a request. It is sealed at once and never comes back. */
export const secret = (notes: SchemaNotes = {}): TString =>
  Type.String({ minLength: 1, maxLength: 1000, format: 'password', writeOnly: true, ...notes })

/** Any JSON object. */
export const jsonObject = (notes: SchemaNotes = {}) => Type.Unsafe<JsonObject>({ ...notes, type: 'object' })

/** Any JSON value. */
export const anyJson = (notes: SchemaNotes = {}) => Type.Unsafe<Json>({ ...notes })
