import { keywordTable } from './grammar.js'

const natural = { min: 0, max: 2 ** 31 - 1 }

/**
 * The keywords of Microsoft.Data.SqlClient 5 with their synonyms.
 * @see https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectionstring
 */
export const sqlClientKeywords = keywordTable([
  [['ReadOnly', 'ReadWrite'], 'Application Intent', 'ApplicationIntent'],
  ['text', 'Application Name', 'App'],
  ['text', 'AttachDbFilename', 'Extended Properties', 'Initial File Name'],
  [['NotSpecified', 'AAS', 'HGS', 'None'], 'Attestation Protocol', 'AttestationProtocol'],
  [
    [
      'SqlPassword',
      'Sql Password',
      'ActiveDirectoryPassword',
      'Active Directory Password',
      'ActiveDirectoryIntegrated',
      'Active Directory Integrated',
      'ActiveDirectoryInteractive',
      'Active Directory Interactive',
      'ActiveDirectoryServicePrincipal',
      'Active Directory Service Principal',
      'ActiveDirectoryDeviceCodeFlow',
      'Active Directory Device Code Flow',
      'ActiveDirectoryManagedIdentity',
      'Active Directory Managed Identity',
      'ActiveDirectoryMSI',
      'Active Directory MSI',
      'ActiveDirectoryDefault',
      'Active Directory Default',
      'ActiveDirectoryWorkloadIdentity',
      'Active Directory Workload Identity',
      'NotSpecified',
    ],
    'Authentication',
  ],
  [['Enabled', 'Disabled'], 'Column Encryption Setting', 'ColumnEncryptionSetting'],
  [natural, 'Command Timeout'],
  [{ min: 0, max: 255 }, 'Connect Retry Count', 'ConnectRetryCount'],
  [{ min: 1, max: 60 }, 'Connect Retry Interval', 'ConnectRetryInterval'],
  [natural, 'Connect Timeout', 'Connection Timeout', 'Timeout'],
  ['text', 'Current Language', 'Language'],
  ['text', 'Data Source', 'Server', 'Address', 'Addr', 'Network Address'],
  ['text', 'Enclave Attestation Url', 'EnclaveAttestationUrl'],
  [['true', 'false', 'yes', 'no', 'Mandatory', 'Optional', 'Strict'], 'Encrypt'],
  ['boolean', 'Enlist'],
  ['text', 'Failover Partner'],
  ['text', 'Failover Partner SPN', 'FailoverPartnerSPN'],
  ['text', 'Host Name In Certificate', 'HostNameInCertificate'],
  ['text', 'Initial Catalog', 'Database'],
  [['true', 'false', 'yes', 'no', 'SSPI'], 'Integrated Security', 'Trusted_Connection'],
  [['IPv4First', 'IPv6First', 'UsePlatformDefault'], 'IP Address Preference', 'IPAddressPreference'],
  [natural, 'Load Balance Timeout', 'Connection Lifetime'],
  [{ min: 1, max: 2 ** 31 - 1 }, 'Max Pool Size'],
  [natural, 'Min Pool Size'],
  ['boolean', 'Multiple Active Result Sets', 'MultipleActiveResultSets'],
  ['boolean', 'Multi Subnet Failover', 'MultiSubnetFailover'],
  [{ min: 512, max: 32768 }, 'Packet Size'],
  ['text', 'Password', 'PWD'],
  ['boolean', 'Persist Security Info', 'PersistSecurityInfo'],
  [['Auto', 'AlwaysBlock', 'NeverBlock'], 'Pool Blocking Period', 'PoolBlockingPeriod'],
  ['boolean', 'Pooling'],
  ['boolean', 'Replication'],
  ['text', 'Server Certificate', 'ServerCertificate'],
  ['text', 'Server SPN', 'ServerSPN'],
  ['text', 'Transaction Binding'],
  ['boolean', 'Trust Server Certificate', 'TrustServerCertificate'],
  [['Latest', 'SQL Server 2000', 'SQL Server 2005', 'SQL Server 2008', 'SQL Server 2012'], 'Type System Version'],
  ['text', 'User ID', 'UID', 'User'],
  ['boolean', 'User Instance'],
  ['text', 'Workstation ID', 'WSID'],
])

/** SqlClient reads four words as booleans. */
export const sqlClientBooleans = ['true', 'false', 'yes', 'no']
