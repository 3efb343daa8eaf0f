import { provisioner } from '@edfi-tenants/provisioner-aws-rds-sqlserver'
import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { rdsForConformance } from '../support/sql-server/rds-for-conformance.js'

describeProvisioner({ name: 'aws-rds-sqlserver with a model of it', provisioner, server: rdsForConformance })
