import { Failure } from '@edfi-tenants/core'
import { checkContexts } from '@edfi-tenants/ods-api'

/**
 * Refuses with `contexts_required` what ODS/API of an environment could never find by its routes. The template is the
 * environment's; null: ODS/API has none, or none is on record, and nothing is refused.
 */
export function assertContexts(template: string | null, contexts: Record<string, string>): void {
  const faults = checkContexts(template, contexts)
  if (faults.length > 0)
    throw new Failure('contexts_required', faults.map(({ detail }) => detail).join(' '), {
      extensions: {
        contextRouteTemplate: template,
        errors: faults.map(({ key, detail }) => ({
          pointer: `/contexts/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`,
          detail,
        })),
      },
    })
}
