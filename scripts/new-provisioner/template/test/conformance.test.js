import { describeProvisioner } from '@edfi-tenants/provisioner/conformance'
import { provisioner } from '../index.js'
import { startServer } from './conformance-server.js'

describeProvisioner({ name: '__NAME__', provisioner, server: startServer })
