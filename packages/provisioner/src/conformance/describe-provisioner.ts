import type { Provisioner } from '../provisioner.js'
import { describeAdopting } from './adopting.js'
import { describeCompeting } from './competing.js'
import { describeConnecting } from './connecting.js'
import type { ConformanceServer } from './conformance-server.js'
import { describeCopying } from './copying.js'
import { describeCounting } from './counting.js'
import { describeCreating } from './creating.js'
import { describeDropping } from './dropping.js'
import { describeExporting } from './exporting.js'
import { describeInterrupting } from './interrupting.js'
import { describeNaming } from './naming.js'
import { describeProbing } from './probing.js'
import { describeRenaming } from './renaming.js'
import { describeRetiring } from './retiring.js'
import { describeSeeding } from './seeding.js'
import { describeStopping } from './stopping.js'

/** What to test, and how to get a server for it. */
export interface ConformanceOptions {
  name: string
  provisioner: Provisioner
  /** Called once before the first test; may take a minute. What it gives is stopped after the last. */
  server: () => Promise<ConformanceServer>
}

/**
 * The tests that every provisioner has to pass, for mocha (`describe`, `it`, `before`, `after` are taken as global).
 * What a server lacks (`holdTemplate`, `restart`), a manifest denies, or a worker has no programs for is skipped.
 */
export function describeProvisioner({ name, provisioner, server }: ConformanceOptions): void {
  describe(`provisioner ${name}`, function () {
    this.timeout(60_000)
    let started: ConformanceServer | undefined
    before(async function () {
      this.timeout(180_000)
      started = await server()
    })
    after(async () => {
      await provisioner.close?.()
      await started?.stop?.()
    })
    const target = (): ConformanceServer => {
      if (!started) throw new Error('The server for the conformance suite has not been started.')
      return started
    }
    const context = { provisioner, target }
    describeConnecting(context)
    describeCreating(context)
    describeDropping(context)
    describeNaming(context)
    describeStopping(context)
    describeRenaming(context)
    describeRetiring(context)
    describeAdopting(context)
    describeCopying(context)
    describeExporting(context)
    describeProbing(context)
    describeCounting(context)
    describeSeeding(context)
    describeCompeting(context)
    describeInterrupting(context)
  })
}
