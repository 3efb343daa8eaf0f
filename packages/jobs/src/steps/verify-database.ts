import { defineStep } from '../engine/define-job.js'
import { emptyTemplate, registeredLogin } from './create-database.js'

/** Connects to the new database as ODS/API will, and looks whether it is an ODS that ODS/API can serve. */
export const verifyDatabase = defineStep({
  name: 'verify-database',
  usesServer: true,
  async run(context) {
    const { instance, ownership } = context
    const access = await context.database()
    const found = await access.provisioner.verifyDatabase(
      access.server,
      {
        databaseName: instance.databaseName,
        owner: ownership,
        login: await registeredLogin(context, access),
        expect: instance.templateName === emptyTemplate ? 'connection' : 'ods',
      },
      context,
    )
    const version =
      found.odsVersion === null
        ? 'version unknown'
        : `ODS ${found.odsVersion}, Data Standard ${found.dataStandard ?? 'unknown'}`
    return {
      instance: { odsVersion: found.odsVersion, dataStandard: found.dataStandard },
      detail: found.descriptors === null ? 'It can be connected to.' : `${version}, ${found.descriptors} descriptors.`,
    }
  },
})
