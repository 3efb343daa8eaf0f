import type { Job } from '../jobs.js'
import type { Seed, SeedBundle } from '../seeds.js'
import { createInstanceJobExample } from './jobs.js'

/** A school year to begin with. */
export const schoolYearSeed: Seed = { bundle: 'school-year', parameters: { schoolYear: 2026 } }

const districtSeed: Seed = {
  bundle: 'education-organizations',
  parameters: {
    localEducationAgency: { id: 255901, name: 'Grand Bend ISD' },
    schools: [{ id: 255901001, name: 'Grand Bend High School', gradeLevels: ['Ninth grade', 'Tenth grade'] }],
  },
}

/** Requests to fill an instance. */
export const seedRequestExamples = { one: schoolYearSeed, several: { seed: [schoolYearSeed, districtSeed] } }

/** A bundle as listed. */
export const seedBundleExample: SeedBundle = {
  name: 'school-year',
  title: 'Current school year',
  description: 'Adds the school year where it is missing and makes it the current one; no other is current afterwards.',
  engines: ['PostgreSql', 'SqlServer'],
  parametersSchema: {
    type: 'object',
    required: ['schoolYear'],
    additionalProperties: false,
    properties: { schoolYear: { type: 'integer', minimum: 1991, maximum: 2100 } },
  },
}

/** A job that fills an instance, just accepted. */
export const seedInstanceJobExample: Job = {
  ...createInstanceJobExample,
  id: '7d0f3b0e-6a4c-4b8e-9f55-2f1e0c9b8a71',
  number: 1047,
  type: 'instance.seed',
  steps: createInstanceJobExample.steps.slice(0, 2).map((step, index) => ({
    ...step,
    name: ['seed', 'verify-database'][index] ?? step.name,
  })),
}
