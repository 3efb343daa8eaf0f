import type { AdminApi } from './admin-api.js'
import { readPages } from './pages.js'
import type { Session } from './session.js'

/** What can be done with vendors. Their companies need not be unique, and are stored without blanks around them. */
export function vendorCalls(session: Session): Pick<AdminApi, 'findVendor' | 'readVendor' | 'createVendor'> {
  return {
    async findVendor(company, call) {
      const wanted = company.trim()
      const pages = readPages(
        'vendors',
        (page) => session.ask((dialect) => dialect.listVendors({ company: wanted, ...page }), call),
        ({ vendorId }) => vendorId,
      )
      for await (const page of pages) {
        const found = page.find((each) => each.company.trim() === wanted)
        if (found) return found.vendorId
      }
      return null
    },

    readVendor: (vendorId, call) =>
      session.ask((dialect) => dialect.readVendor(vendorId), call, { 'not-found': () => null }),

    createVendor: (vendor, call) => session.ask((dialect) => dialect.createVendor(vendor), call),
  }
}
