import { Type } from '@sinclair/typebox'
import type { Dialect } from '../dialect.js'
import { shapeReader } from '../shape.js'
import { locationId } from './location-id.js'
import { Id, pageQuery, Text } from './schemas.js'

const Vendor = Type.Object({ id: Id, company: Text })
const readVendors = shapeReader('list of vendors', Type.Array(Vendor))
const readVendor = shapeReader('vendor', Vendor)

/** `/v2/vendors`. Namespace prefixes are one text there. */
export const vendorRequests: Pick<Dialect, 'listVendors' | 'readVendor' | 'createVendor'> = {
  listVendors: ({ company, ...page }) => ({
    method: 'GET',
    path: '/v2/vendors',
    query: { company, ...pageQuery(page) },
    read: (answer) => readVendors(answer).map(({ id, company }) => ({ vendorId: id, company: company ?? '' })),
  }),

  readVendor: (vendorId) => ({
    method: 'GET',
    path: `/v2/vendors/${vendorId}`,
    read: (answer) => {
      const { id, company } = readVendor(answer)
      return { vendorId: id, company: company ?? '' }
    },
  }),

  createVendor: ({ company, namespacePrefixes, contactName, contactEmailAddress }) => ({
    method: 'POST',
    path: '/v2/vendors',
    json: { company, namespacePrefixes: namespacePrefixes.join(','), contactName, contactEmailAddress },
    read: locationId('vendor'),
  }),
}
