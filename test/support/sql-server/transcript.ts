import type { Ownership } from '@edfi-tenants/provisioner'
import type { SentStatement } from './fake-sql-server.js'

/** What was sent, as a database administrator reads it: in order, with the parts that differ every time named. */
export function transcriptOf(sent: readonly SentStatement[], owner: Ownership): string {
  const readable = (text: string) =>
    text
      .replaceAll(owner.instanceId, '<instance>')
      .replaceAll(owner.installationId, '<installation>')
      .replace(/edfi_tenants_[0-9a-f]{8}_\d+/g, 'edfi_tenants_<installation>_<number>')
      .replace(/tm_<instance>_\d+/g, 'tm_<instance>_<run>')
      .replace(/\d+\.[0-9a-f]{8}-[0-9a-f-]{27}/g, '<identity>')
      .replace(/0x[0-9A-F]{32}/g, '0x<of the instance>')
      .replace(/password = N'[^']*'/g, `password = N'…'`)
  let before = ''
  return sent
    .map(({ text, username, database, session }) => {
      const heading = `-- ${username} in ${database}`
      const key = `${session} ${heading}`
      const block = `${key === before ? '' : `${readable(heading)}\n`}${readable(text)};`
      before = key
      return block
    })
    .join('\n')
}
