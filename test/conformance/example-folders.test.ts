import { fileURLToPath } from 'node:url'
import { loadProvisioners } from '@edfi-tenants/provisioner'
import { describeProvisioner, type ConformanceServer } from '@edfi-tenants/provisioner/conformance'

const example = fileURLToPath(new URL('../../docs/examples/provisioner-folders/', import.meta.url))
const loaded = await loadProvisioners(['./docs/examples/provisioner-folders/index.js'], {}, process.cwd())
const provisioner = loaded.get('folders')
if (!provisioner) throw new Error('The example has another name.')

// As a worker runs it: in a process of its own.
describeProvisioner({
  name: 'folders, the worked example',
  provisioner,
  server: async () => {
    const { foldersForConformance } = (await import(`${example}test/conformance-server.js`)) as {
      foldersForConformance: () => Promise<ConformanceServer>
    }
    return foldersForConformance()
  },
})
