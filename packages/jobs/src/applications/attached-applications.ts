import type { AdminApi, AdminApiCall, Application } from '@edfi-tenants/admin-api'
import type { CredentialRow, InstanceRow } from '@edfi-tenants/store'

/** The name of an application of ours until its secret is on record: only we can have made one like it. */
export const privateApplicationName = (instanceId: string, position: number): string => `tm_${instanceId}_${position}`

/** What uses an instance's registration. */
export interface AttachedApplications {
  /** Issued by us for this instance alone, and serving no other one. */
  ours: Application[]
  foreign: Application[]
}

/** The applications that use the registration of an instance; none when it has none. */
export async function attachedApplications(
  api: AdminApi,
  instance: Pick<InstanceRow, 'id' | 'odsInstanceId'>,
  credentials: readonly CredentialRow[],
  call: AdminApiCall,
): Promise<AttachedApplications> {
  const { id, odsInstanceId } = instance
  if (odsInstanceId === null) return { ours: [], foreign: [] }
  const issued = credentials.filter(({ origin }) => origin === 'issued').map(({ applicationId }) => applicationId)
  const isOurs = ({ applicationId, applicationName, odsInstanceIds }: Application): boolean =>
    (issued.includes(applicationId) || applicationName.startsWith(`tm_${id}_`)) &&
    odsInstanceIds.every((served) => served === odsInstanceId)
  const all = await api.listApplications(odsInstanceId, { signal: call.signal })
  return { ours: all.filter(isOurs), foreign: all.filter((application) => !isOurs(application)) }
}

/** Those that serve nothing but this registration: Admin API cannot take them off it, and so not let it be deleted. */
export const servingNothingElse = (
  applications: readonly Application[],
  { odsInstanceId }: Pick<InstanceRow, 'odsInstanceId'>,
): Application[] => applications.filter(({ odsInstanceIds }) => odsInstanceIds.every((id) => id === odsInstanceId))

/** The failure of who must not take an instance from these. */
export const attachedDetails = (applications: readonly Application[]) => ({
  extensions: {
    applications: applications.map(({ applicationId, applicationName, odsInstanceIds }) => ({
      applicationId,
      applicationName,
      odsInstanceIds,
    })),
  },
})
