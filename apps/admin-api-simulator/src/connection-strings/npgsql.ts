import { keywordTable } from './grammar.js'

const anyInt = { min: -(2 ** 31), max: 2 ** 31 - 1 }
const natural = { min: 0, max: 2 ** 31 - 1 }

/**
 * The keywords of NpgsqlConnectionStringBuilder 8 with their synonyms.
 * @see https://www.npgsql.org/doc/connection-string-parameters.html
 */
export const npgsqlKeywords = keywordTable([
  ['text', 'Host', 'Server'],
  [{ min: 1, max: 65535 }, 'Port'],
  ['text', 'Database', 'DB'],
  ['text', 'Username', 'User Name', 'UserId', 'User Id', 'UID'],
  ['text', 'Password', 'PSW', 'PWD'],
  ['text', 'Passfile'],
  ['text', 'Application Name', 'ApplicationName'],
  ['boolean', 'Enlist'],
  ['text', 'Search Path', 'SearchPath'],
  ['text', 'Client Encoding', 'ClientEncoding'],
  ['text', 'Encoding'],
  ['text', 'Timezone'],
  [['Disable', 'Allow', 'Prefer', 'Require', 'VerifyCA', 'VerifyFull'], 'SSL Mode', 'SslMode'],
  ['boolean', 'Trust Server Certificate', 'TrustServerCertificate'],
  ['text', 'SSL Certificate', 'SslCertificate'],
  ['text', 'SSL Key', 'SslKey'],
  ['text', 'SSL Password', 'SslPassword'],
  ['text', 'Root Certificate', 'RootCertificate'],
  ['boolean', 'Check Certificate Revocation', 'CheckCertificateRevocation'],
  [['Disable', 'Prefer', 'Require'], 'Channel Binding', 'ChannelBinding'],
  ['text', 'Kerberos Service Name', 'KerberosServiceName', 'Krbsrvname'],
  ['boolean', 'Include Realm', 'IncludeRealm'],
  ['boolean', 'Persist Security Info', 'PersistSecurityInfo'],
  ['boolean', 'Log Parameters', 'LogParameters'],
  ['boolean', 'Include Error Detail', 'IncludeErrorDetail', 'Include Error Details', 'IncludeErrorDetails'],
  ['boolean', 'Pooling'],
  [natural, 'Minimum Pool Size', 'MinPoolSize'],
  [natural, 'Maximum Pool Size', 'MaxPoolSize'],
  [natural, 'Connection Idle Lifetime', 'ConnectionIdleLifetime'],
  [natural, 'Connection Pruning Interval', 'ConnectionPruningInterval'],
  [natural, 'Connection Lifetime', 'ConnectionLifetime', 'Load Balance Timeout'],
  [{ min: 0, max: 1024 }, 'Timeout'],
  [natural, 'Command Timeout', 'CommandTimeout'],
  [{ min: -1, max: 2 ** 31 - 1 }, 'Internal Command Timeout', 'InternalCommandTimeout'],
  [{ min: -1, max: 2 ** 31 - 1 }, 'Cancellation Timeout', 'CancellationTimeout'],
  [
    ['any', 'primary', 'standby', 'prefer-primary', 'prefer-standby', 'read-write', 'read-only'],
    'Target Session Attributes',
    'TargetSessionAttributes',
  ],
  ['boolean', 'Load Balance Hosts', 'LoadBalanceHosts'],
  [natural, 'Host Recheck Seconds', 'HostRecheckSeconds'],
  [natural, 'Keepalive'],
  ['boolean', 'TCP Keepalive', 'TcpKeepAlive'],
  [natural, 'TCP Keepalive Time', 'TcpKeepAliveTime'],
  [natural, 'TCP Keepalive Interval', 'TcpKeepAliveInterval'],
  [anyInt, 'Read Buffer Size', 'ReadBufferSize'],
  [anyInt, 'Write Buffer Size', 'WriteBufferSize'],
  [anyInt, 'Socket Receive Buffer Size', 'SocketReceiveBufferSize'],
  [anyInt, 'Socket Send Buffer Size', 'SocketSendBufferSize'],
  [anyInt, 'Max Auto Prepare', 'MaxAutoPrepare'],
  [{ min: 1, max: 2 ** 31 - 1 }, 'Auto Prepare Min Usages', 'AutoPrepareMinUsages'],
  ['boolean', 'No Reset On Close', 'NoResetOnClose'],
  ['boolean', 'Load Table Composites', 'LoadTableComposites'],
  [['Off', 'Physical', 'Logical'], 'Replication Mode', 'ReplicationMode'],
  ['text', 'Options'],
  [['Never', 'Always', 'PerInstance'], 'Array Nullability Mode', 'ArrayNullabilityMode'],
  ['boolean', 'Multiplexing'],
  [anyInt, 'Write Coalescing Buffer Threshold Bytes', 'WriteCoalescingBufferThresholdBytes'],
  [['None', 'NoTypeLoading', 'Redshift'], 'Server Compatibility Mode', 'ServerCompatibilityMode'],
  ['boolean', 'Integrated Security', 'IntegratedSecurity'],
  ['text', 'Client Certificate', 'ClientCertificate'],
  ['text', 'Client Certificate Key', 'ClientCertificateKey'],
])

/** Npgsql converts with System.Boolean, which knows two words. */
export const npgsqlBooleans = ['true', 'false']
