import {
  archiveName,
  databaseKinds,
  isOwnedBy,
  parsePrivateName,
  privateName,
  readMarker,
  retiredName,
  scratchName,
  snapshotName,
  writeMarker,
} from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const owner = { installationId: 'here', instanceId: '7f0c5d3e-1f57-4a39-9a55-0d7c8e0b6a11', epoch: 3 }

describe('marker', () => {
  it('reads back what it wrote, for every kind of database', () => {
    for (const kind of databaseKinds) {
      const marker = { ...owner, kind, identity: '16391' }
      expect(readMarker(writeMarker(marker))).to.deep.equal(marker)
    }
    const unknown = { ...owner, kind: 'other' as never, identity: '16391' }
    expect(readMarker(writeMarker(unknown))).to.equal(null)
  })

  it('is read although more stands beside it, which a provisioner may keep there', () => {
    const marker = { ...owner, kind: 'archive' as const, identity: '16391' }
    const text = JSON.stringify({ ...(JSON.parse(writeMarker(marker)) as object), retiredFrom: [] })
    expect(readMarker(text)).to.deep.equal(marker)
  })

  it('is none in any other text, so a foreign comment never makes a database ours', () => {
    for (const text of [null, undefined, '', 'Sample Ed-Fi ODS', '{', '{}', '[]', '{"edfi-tenants":1}', 'null'])
      expect(readMarker(text), String(text)).to.equal(null)
  })

  it('belongs to the same instance of the same installation under the same or a later claim only', () => {
    expect(isOwnedBy(owner, owner)).to.equal(true)
    expect(isOwnedBy(owner, { ...owner, epoch: 4 })).to.equal(true)
    expect(isOwnedBy(owner, { ...owner, epoch: 2 })).to.equal(false)
    expect(isOwnedBy(owner, { ...owner, installationId: 'elsewhere' })).to.equal(false)
    expect(isOwnedBy(owner, { ...owner, instanceId: 'another' })).to.equal(false)
    expect(isOwnedBy(null, owner)).to.equal(false)
  })
})

describe('private name', () => {
  it('says which instance and epoch it stands for, and fits into 63 bytes', () => {
    const name = privateName(owner)
    expect(parsePrivateName(name)).to.deep.equal({ instanceId: owner.instanceId, epoch: 3 })
    expect(Buffer.byteLength(privateName({ ...owner, epoch: Number.MAX_SAFE_INTEGER }))).to.be.at.most(63)
  })

  it('is not the name of anything that is finished, all of which fit too', () => {
    for (const name of [retiredName, archiveName, snapshotName, scratchName].map((make) => make(owner.instanceId))) {
      expect(parsePrivateName(name), name).to.equal(null)
      expect(Buffer.byteLength(name)).to.be.at.most(63)
    }
  })

  it('is nothing else, however similar', () => {
    for (const name of ['tm_x_1', `tm_${owner.instanceId}`, `tm_${owner.instanceId}_`, `TM_${owner.instanceId}_1`])
      expect(parsePrivateName(name), name).to.equal(null)
  })
})
