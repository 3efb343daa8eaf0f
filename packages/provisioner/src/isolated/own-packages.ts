import type { ResolveHook } from 'node:module'

const own = /^@edfi-tenants\/(?:core|provisioner)(?:\/|$)/

/**
 * Finds `@edfi-tenants/core` and `@edfi-tenants/provisioner` for a plugin that lies where no node_modules has them: it
 * gets those of the worker that loads it.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context)
  } catch (error) {
    if (!own.test(specifier)) throw error
    return nextResolve(specifier, { ...context, parentURL: import.meta.url })
  }
}
