import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import {
  containerForConformance,
  hasSqlServerImage,
  sqlServerImage,
} from '../support/sql-server/container-for-conformance.js'
import { fakeForConformance } from '../support/sql-server/fake-for-conformance.js'

describeProvisioner({ name: 'mssql with a model of SQL Server', provisioner, server: fakeForConformance })

if (hasSqlServerImage())
  describeProvisioner({ name: 'mssql with SQL Server', provisioner, server: containerForConformance })
else
  describe('provisioner mssql with SQL Server', () => {
    it(`needs Docker with the image ${sqlServerImage}, which is never pulled`)
  })
