import type { Settings } from '../options.js'
import { addMissingClients, newTenantState, type TenantState } from './tenant-state.js'

/** The name of the only tenant of a single-tenant process. */
export const defaultTenantName = 'default'

/** The isolated data of every tenant. Names are matched ignoring case. */
export class TenantStores {
  readonly #settings: Settings
  readonly #states = new Map<string, TenantState>()

  constructor(settings: Settings, saved: readonly TenantState[]) {
    this.#settings = settings
    for (const state of saved) {
      addMissingClients(state, settings)
      this.#states.set(state.name.toLowerCase(), state)
    }
    this.#addConfigured()
  }

  /** Whether requests for this tenant are served: the configured ones, or all when none is configured. */
  serves(name: string): boolean {
    const { tenants } = this.#settings
    return tenants.length === 0 || tenants.some((tenant) => tenant.toLowerCase() === name.toLowerCase())
  }

  /** The tenant's data; made when first asked for. */
  open(name: string): TenantState {
    let state = this.#states.get(name.toLowerCase())
    if (state === undefined) {
      state = newTenantState(name, this.#settings)
      this.#states.set(name.toLowerCase(), state)
    }
    return state
  }

  /** The tenant's data if it has any. */
  find(name: string): TenantState | undefined {
    return this.#states.get(name.toLowerCase())
  }

  /** All data, in the order the tenants were made. */
  all(): TenantState[] {
    return [...this.#states.values()]
  }

  /** Puts every tenant back to the state after installation. */
  reset(): void {
    this.#states.clear()
    this.#addConfigured()
  }

  #addConfigured(): void {
    const names = this.#settings.multiTenant ? this.#settings.tenants : [defaultTenantName]
    for (const name of names) this.open(name)
  }
}
