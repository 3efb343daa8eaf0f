import { adoptInstance } from './adopt-instance.js'
import { archiveInstance } from './archive-instance.js'
import { createDerivative, deleteDerivative, refreshDerivative } from './change-derivatives.js'
import { cloneInstance } from './clone-instance.js'
import { deleteArchive } from './delete-archive.js'
import { restoreArchive } from './restore-archive.js'
import { verifyArchive } from './verify-archive.js'
import { checkHealth } from './check-health.js'
import { createInstance } from './create-instance.js'
import { deleteInstance } from './delete-instance.js'
import type { JobDefinition } from './engine/define-job.js'
import { purgeDatabase, purgeRegistration } from './purge-found.js'
import { purgeInstance } from './purge-instance.js'
import { runReconciliation } from './reconcile.js'
import { releaseInstance } from './release-instance.js'
import { relocateInstance } from './relocate-instance.js'
import { renameInstance } from './rename-instance.js'
import { reregisterInstance } from './reregister-instance.js'
import { seedInstance } from './seed-instance.js'
import { provisionTenant } from './provision-tenant.js'
import { startInstance } from './start-instance.js'
import { stopInstance } from './stop-instance.js'
import { testEnvironmentJob } from './test-environment.js'
import { testServerJob } from './test-server.js'
import { undeleteInstance } from './undelete-instance.js'
import { updateInstance } from './update-instance.js'

/** Every kind of job, by type. */
export const jobCatalogue: ReadonlyMap<string, JobDefinition> = new Map(
  [
    createInstance,
    cloneInstance,
    archiveInstance,
    restoreArchive,
    verifyArchive,
    deleteArchive,
    createDerivative,
    refreshDerivative,
    deleteDerivative,
    updateInstance,
    deleteInstance,
    undeleteInstance,
    purgeInstance,
    stopInstance,
    startInstance,
    renameInstance,
    seedInstance,
    testServerJob,
    testEnvironmentJob,
    checkHealth,
    provisionTenant,
    adoptInstance,
    reregisterInstance,
    releaseInstance,
    relocateInstance,
    runReconciliation,
    purgeDatabase,
    purgeRegistration,
  ].map((definition) => [definition.type, definition]),
)
