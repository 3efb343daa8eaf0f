import { provisioner } from '@edfi-tenants/provisioner-azure-sql'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { azureForConformance } from '../support/sql-server/azure-for-conformance.js'

describeProvisioner({
  name: 'azure-sql with a model of Azure SQL Database',
  provisioner,
  server: azureForConformance,
})
