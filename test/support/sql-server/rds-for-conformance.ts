import { fakeForConformance } from './fake-for-conformance.js'
import { FakeRds } from './rds-rules.js'

/** Where the template's backup is, and below which copies pass through. */
export const rdsBucket = 'arn:aws:s3:::district-backups'

/** The model as Amazon RDS offers it, for the conformance suite. */
export async function rdsForConformance(): Promise<Awaited<ReturnType<typeof fakeForConformance>> & { rds: FakeRds }> {
  const target = await fakeForConformance()
  const rds = new FakeRds(target.model)
  const [template] = target.model.backups.values()
  if (template) target.model.backups.set(`${rdsBucket}/minimal.bak`, template)
  return {
    ...target,
    rds,
    server: {
      ...target.server,
      settings: { ...target.server.settings, backupArn: `${rdsBucket}/copies` },
    },
    template: { backup: `${rdsBucket}/minimal.bak` },
    // Nobody can ask whether S3 has an object, so a test of the server finds only a missing database.
    missingTemplate: { database: 'EdFi_Ods_None' },
  }
}
