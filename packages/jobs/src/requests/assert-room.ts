import { Failure } from '@edfi-tenants/core'
import { lockRoom, type Database, type Placement, type PlacementServer } from '@edfi-tenants/store'

/** Where an instance is to go, as far as room matters. */
interface Place {
  placement: Pick<Placement, 'tenant' | 'maxInstances' | 'instances'>
  server: Pick<PlacementServer, 'id' | 'name' | 'maxInstances' | 'instances'>
}

/** Whether tenant or server may have only so many instances. */
export const isLimited = ({ placement, server }: Place): boolean =>
  placement.maxInstances !== null || server.maxInstances !== null

/** Whether tenant and server have room for one more. Apart from the plan, since asking again for what exists needs none. */
export function assertRoom({ placement, server }: Place): void {
  if (placement.maxInstances !== null && placement.instances >= placement.maxInstances)
    throw new Failure(
      'instance_limit_reached',
      `Tenant "${placement.tenant}" may have ${placement.maxInstances} instances, and has them.`,
    )
  if (server.maxInstances !== null && server.instances >= server.maxInstances)
    throw new Failure(
      'instance_limit_reached',
      `Database server "${server.name}" may hold ${server.maxInstances} instances, and holds them.`,
    )
}

/** The same within a transaction, counted anew: until it ends nobody else takes the place that was found free. */
export async function assertRoomLocked(database: Database, { placement, server }: Place): Promise<void> {
  const room = await lockRoom(database, { tenants: [placement.tenant], serverIds: [server.id] })
  const unlimited = { maxInstances: null, instances: 0 }
  assertRoom({
    placement: { ...placement, ...(room.tenants.get(placement.tenant) ?? unlimited) },
    server: { ...server, ...(room.servers.get(server.id) ?? unlimited) },
  })
}
