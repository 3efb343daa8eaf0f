import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { hasImage, startContainerPostgres } from '../support/container-postgres.js'
import { postgresForConformance } from '../support/postgres-conformance.js'

const image = 'postgres:17'

if (await hasImage(image))
  describeProvisioner({
    name: `postgresql in a container (${image})`,
    provisioner,
    server: async () => postgresForConformance(await startContainerPostgres(image)),
  })
else
  describe(`provisioner postgresql in a container (${image})`, () => {
    it(`needs a Docker engine that has the image ${image}`)
  })
