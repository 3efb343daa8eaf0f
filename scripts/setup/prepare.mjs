import { install, isInstalled } from './install.mjs'
import { withSetupLock } from './setup-lock.mjs'

/**
 * Installs packages that are missing, so that anything may be imported afterwards. `say` hears what is going on, if
 * anything is.
 */
export async function prepareInstallation(say) {
  if (isInstalled()) return
  await withSetupLock(async () => {
    if (isInstalled()) return
    say('Installing packages (npm ci) …')
    await install()
  })
}

/** Compiles the workspaces unless nothing has changed since they were compiled. Needs the packages. */
export async function prepareBuild(say) {
  const { build, isBuilt } = await import('../build.mjs')
  if (isBuilt()) return
  await withSetupLock(async () => {
    if (isBuilt()) return
    say('Building …')
    await build()
  })
}
