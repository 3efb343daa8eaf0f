import type { OdsConfiguration } from '../ods-configuration.js'

/** Settings of a tenant in a multi-tenant environment. */
export const odsConfigurationExample: OdsConfiguration = {
  Tenants: {
    'district-255901': {
      OdsInstances: {
        '17': {
          ConnectionString:
            'host=db.example.org;port=5432;username=ods_17;password=…;database=EdFi_Ods_district_255901_2026;pooling=true',
          ConnectionStringByDerivativeType: {
            ReadReplica:
              'host=replica.example.org;port=5432;username=ods_17;password=…;database=EdFi_Ods_district_255901_2026;pooling=true',
          },
        },
      },
    },
  },
}
