import type { Session } from './connect.js'

/** 18 for 18.1. */
export async function serverMajorVersion(session: Session): Promise<number> {
  const [row] = await session.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  )
  return row?.version ?? 0
}
