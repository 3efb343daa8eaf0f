/**
 * The closed set of codes with which a request or a job fails. Each has a status, a title, and a page under
 * `/docs/errors/{code}` made from `meaning` and `remedy`.
 */
export interface ProblemKind {
  status: number
  title: string
  /** What has happened. */
  meaning: string
  /** What whoever reads it can do now. */
  remedy: string
}

const kind = (status: number, title: string, meaning: string, remedy: string): ProblemKind => ({
  status,
  title,
  meaning,
  remedy,
})

export const problemKinds = {
  // Requests
  validation_failed: kind(
    400,
    'The request is not valid',
    'One or more fields, query parameters or headers are missing, unknown or malformed. Nothing was started.',
    'Correct every entry of `errors`; they are listed all at once, each with a JSON pointer.',
  ),
  malformed_json: kind(
    400,
    'The body is not JSON',
    'The request body could not be parsed as JSON.',
    'Send a JSON document encoded in UTF-8.',
  ),
  unauthenticated: kind(
    401,
    'Sign-in needed',
    'There is no bearer token, or it is expired, revoked or not signed by a key this service trusts.',
    'Get a token from `POST /connect/token` and send it as `Authorization: Bearer …`.',
  ),
  invalid_client: kind(
    401,
    'Unknown client or wrong secret',
    'The client id and secret do not match an API client.',
    'Check both; ask an administrator to rotate the secret.',
  ),
  insufficient_scope: kind(
    403,
    'Scope missing',
    'The token is valid but does not carry the scope that this call needs.',
    'Use a client that was granted the scope named in `detail`.',
  ),
  outside_grant: kind(
    403,
    'More than you have yourself',
    'A client can grant only the scopes and tenants it has itself.',
    'Ask a client with wider rights.',
  ),
  not_found: kind(
    404,
    'Not found',
    'There is nothing at this address, or it lies outside the tenants your client is bound to; both answer alike.',
    'Check the id or name and the tenants of your client.',
  ),
  method_not_allowed: kind(
    405,
    'Method not allowed',
    'The address exists, but not for this method.',
    'Use one of the methods in the `Allow` header.',
  ),
  not_acceptable_media_type: kind(
    415,
    'Unsupported media type',
    'The body is not of a media type this call reads.',
    'Send `Content-Type: application/json` (or a form to `/connect/token`).',
  ),
  payload_too_large: kind(413, 'Body too large', 'The body exceeds 1 MB (16 MB for batches).', 'Send less at a time.'),
  too_many_requests: kind(
    429,
    'Too many requests',
    'This client or address has sent too many requests of this kind.',
    'Wait as long as `Retry-After` says.',
  ),
  control_database_unavailable: kind(
    503,
    'The control database is away',
    'The service cannot reach its own database, so nothing was recorded or started.',
    'Repeat the request as `Retry-After` says; with an `Idempotency-Key` that is safe.',
  ),
  internal_error: kind(
    500,
    'Something failed here',
    'An error that nobody foresaw. It is in the log under the request id.',
    'Report the request id.',
  ),
  // Idempotency
  idempotency_key_in_use: kind(
    409,
    'The first request with this key still runs',
    'A request with the same `Idempotency-Key` has not been answered yet.',
    'Repeat it in a moment.',
  ),
  idempotency_key_reused: kind(
    422,
    'The key was used for another request',
    'The same `Idempotency-Key` came with a different payload.',
    'Use a new key for a new request.',
  ),
  // Records
  name_taken: kind(
    409,
    'The name is taken',
    'Another object of this kind has, or has had, this name.',
    'Choose another name.',
  ),
  still_in_use: kind(409, 'Still in use', 'Other objects refer to this one.', 'Remove those named in `detail` first.'),
  tenant_not_empty: kind(
    409,
    'The tenant has instances',
    'A tenant can be removed only when no instance of it is left.',
    'Delete and purge its instances first.',
  ),
  credentials_required: kind(
    422,
    'The credentials are needed again',
    'Host, port, TLS or URL may change only in a request that also brings the credentials, so that stored ones are never sent to a new address.',
    'Repeat the request with the credentials.',
  ),
  target_host_refused: kind(
    422,
    'This host is not allowed',
    'The host is link-local, or not on the list of hosts that this installation may connect to; for webhooks, internal addresses and plain http are refused too unless the host is listed.',
    'Ask the operator to add it to `ALLOWED_TARGET_HOSTS`, for webhooks to `WEBHOOK_ALLOWED_HOSTS`.',
  ),
  provisioner_unknown: kind(
    422,
    'No worker serves this engine',
    'No worker has published a provisioner of this name.',
    'Use one of those listed in `detail`, or start a worker that has it in `PROVISIONERS`.',
  ),
  environment_required: kind(
    422,
    'Which environment?',
    'No environment was named and there is not exactly one.',
    'Name the environment.',
  ),
  // Instances
  instance_exists: kind(
    409,
    'An instance of this name exists',
    'There is an instance of this name that was asked for with other parameters, or whose creation failed and was kept.',
    'Compare the fields named in `detail`; use another name, or change, retry or delete the existing one.',
  ),
  instance_busy: kind(
    409,
    'Another job is changing this instance',
    'One job at a time may change an instance.',
    'Wait for the job in `job`, as long as `Retry-After` says.',
  ),
  instance_not_active: kind(
    409,
    'The instance is not active',
    'What was asked is possible only for an active instance.',
    'Look at its status and status reason.',
  ),
  database_name_taken: kind(
    409,
    'The database name is taken',
    'A database of this name already exists on the server, or is reserved by another instance. It was not touched.',
    'Choose another `databaseName`.',
  ),
  no_server: kind(
    422,
    'Which database server?',
    'No server was named, the tenant has no default, and there is not exactly one that serves the tenant.',
    'Name the server, or set the default of the tenant.',
  ),
  unknown_server: kind(
    422,
    'Unknown database server',
    'There is no database server of this name for this tenant.',
    'Check the name; a server can be limited to some tenants.',
  ),
  unknown_tenant: kind(
    422,
    'Unknown tenant',
    'There is no tenant of this name, or it lies outside the tenants your client is bound to.',
    'Create the tenant first, or check the name.',
  ),
  unknown_template: kind(
    422,
    'Unknown template',
    'The database server has no template of this name.',
    'Use one of its templates, or `empty`.',
  ),
  engine_mismatch: kind(
    422,
    'Server and environment differ in engine',
    'An environment has one database engine, and this server is of another.',
    'Choose a server whose `databaseEngine` is the environment’s.',
  ),
  instance_limit_reached: kind(
    409,
    'No room for another instance',
    'The tenant or the database server has as many instances as it may have.',
    'Raise the limit, or use another server.',
  ),
  // Life of an instance
  confirmation_required: kind(
    428,
    'Confirmation needed',
    'Deleting needs the instance’s name in `confirm`, and it was missing or another one. Nothing was started.',
    'Send `?confirm=` with the exact name of the instance.',
  ),
  deletion_protected: kind(
    409,
    'The instance is protected',
    'Deletion protection is on for this instance. Nothing was started.',
    'Switch `deletionProtection` off with PATCH, then delete.',
  ),
  deletion_disabled: kind(
    403,
    'Deletion is switched off',
    'The operator has switched deletion off for this whole installation (`ALLOW_DELETE=false`).',
    'Ask the operator.',
  ),
  delete_limit_reached: kind(
    429,
    'Too many deletions',
    'This client has deleted as many instances within an hour as it may. Nothing was started.',
    'Wait as long as `Retry-After` says, or have the operator raise the limit, if that was meant.',
  ),
  applications_attached: kind(
    409,
    'Applications use the instance',
    'Applications that were not made for this instance alone would lose it. They are listed in `applications`. Nothing was changed.',
    'Remove them, or say with `applications=detach`, `disable` or `delete` what should become of them.',
  ),
  instance_deleted: kind(
    410,
    'The instance is deleted',
    'The instance was deleted; what is left of it is in `resource`.',
    'Undelete it while `purgeAt` has not come, or purge it with `purge=now`.',
  ),
  instance_not_deleted: kind(
    409,
    'The instance is not deleted',
    'Only a deleted instance that was not purged yet can come back.',
    'Look at its status.',
  ),
  instance_not_stopped: kind(
    409,
    'The instance is not stopped',
    'What was asked is possible only for a stopped instance.',
    'Look at its status.',
  ),
  source_in_use: kind(
    409,
    'The source is in use',
    'The database can be copied only while nobody is on it, and there are sessions on it. Nothing was changed.',
    'Say `allowDowntime: true` to have them ended, copy by dump, or stop the instance first.',
  ),
  // Seeds
  unknown_seed_bundle: kind(
    422,
    'Unknown seed bundle',
    'No worker has published a seed bundle of this name.',
    'Use one of those listed in `bundles`.',
  ),
  seed_failed: kind(
    422,
    'A seed script failed',
    'A script of a seed bundle failed and was rolled back; `detail` names it with its line. The database is as it was before.',
    'Correct the parameters or the bundle, then retry.',
  ),
  // Applications and credentials
  ambiguous_context: kind(
    409,
    'Two instances with the same contexts under one credential',
    'ODS/API would not know which of them a request means. Nothing was changed.',
    'Give the instances different contexts, or use another application.',
  ),
  contexts_required: kind(
    422,
    'Contexts are missing',
    'ODS/API of this environment finds instances by contexts in its routes, and this instance lacks some, or has values that fit no route.',
    'Give the contexts that `detail` names.',
  ),
  application_missing: kind(
    422,
    'There is no such application',
    'Admin API has no application, credential or vendor of this id.',
    'Check the id.',
  ),
  credentials_gone: kind(
    410,
    'The credentials can no longer be read',
    'Secrets are readable until they are acknowledged, and at most seven days.',
    'Reset the credential in Admin API if the secret was lost.',
  ),
  // Archives
  archive_not_available: kind(
    409,
    'The archive cannot be used',
    'The archive is not finished, has failed, or was deleted.',
    'Look at its status.',
  ),
  archive_corrupt: kind(
    500,
    'The archive is damaged',
    'What is stored is not what was written: checksum, size or authentication differ.',
    'Use another archive; look at the storage.',
  ),
  archive_differs: kind(
    500,
    'The archive holds something else',
    'A database restored from the archive has other counts than the one that was archived.',
    'Do not rely on this archive; archive again.',
  ),
  archive_not_off_server: kind(
    409,
    'The archive would stay on the same server',
    'Before a purge the archive must lie off the database server, and this worker or installation can only keep a copy there. Nothing irreversible was done.',
    'Configure archive storage and the engine’s dump program, or say `acceptSameServer=true`.',
  ),
  legal_hold: kind(
    409,
    'The archive is under legal hold',
    'An archive under legal hold cannot be deleted, by hand or by retention.',
    'Lift the hold first, if that is allowed.',
  ),
  storage_unavailable: kind(
    503,
    'The archive storage cannot be used',
    'The folder or bucket for archives cannot be reached or written.',
    'Check the storage’s settings and space; the job is repeated by itself for a while.',
  ),
  // ODS/API
  encryption_key_missing: kind(
    409,
    'There is no encryption key on record',
    'The environment has no ODS/API encryption key, so nothing can be encrypted for ODS/API.',
    'Set `odsApi.encryptionKey` of the environment, or ask for the plain form.',
  ),
  tenant_provisioned: kind(
    409,
    'The tenant has its databases already',
    'Admin and Security databases were made for the tenant on another database server, or are being made. Nothing was started.',
    'Wait for the job in `job`, or name the database server in `server`.',
  ),
  // Reconciliation
  finding_not_open: kind(
    409,
    'The finding was dealt with',
    'This finding was resolved already, or is being resolved.',
    'Start a new reconciliation to see how things stand now.',
  ),
  action_not_offered: kind(
    422,
    'This finding offers no such action',
    'What can be done about a finding is listed in its `actions`.',
    'Use one of them.',
  ),
  // Batches
  batch_too_large: kind(
    413,
    'Too many items',
    'A batch has more items than this installation takes at once (`BATCH_MAX_ITEMS`). Nothing was started.',
    'Send several batches; the limit is in `detail`.',
  ),
  count_differs: kind(
    409,
    'The selector stands for another number of instances',
    'The selector stands for another number of instances now than `confirmCount` says; it is in `count`. Nothing was started.',
    'Look at what the selector stands for (`?validateOnly=true`), then send its number.',
  ),
  batch_finished: kind(
    409,
    'The batch has ended',
    'All jobs of the batch have ended, so there is nothing left to pause, resume or cancel.',
    'Look at how it ended; `retry-failed` tries failed jobs again, `undo` takes back what it created.',
  ),
  batch_not_paused: kind(
    409,
    'The batch is not paused',
    'Only a paused batch can be resumed.',
    'Nothing needs to be done; look at the batch.',
  ),
  batch_running: kind(
    409,
    'The batch still has jobs left',
    'What a batch has created can be taken back only when all its jobs have ended; a paused one has jobs left too.',
    'Cancel the batch, wait for its end, then undo it.',
  ),
  nothing_to_roll_over: kind(
    409,
    'There is nothing to roll over',
    'No active or stopped instance that the request means belongs to that school year.',
    'Look at `fromYear`, and at what the request selects; `?validateOnly=true` shows what is found.',
  ),
  nothing_to_undo: kind(
    409,
    'The batch has created nothing that is still there',
    'Only batches that create or clone instances can be undone, and nothing of what this one created is left.',
    'Nothing needs to be done.',
  ),
  // Jobs
  job_not_retryable: kind(
    409,
    'This job cannot be retried',
    'Only a failed or cancelled job can be retried.',
    'Look at its status.',
  ),
  job_not_cancellable: kind(
    409,
    'This job cannot be cancelled',
    'The job has ended, or has passed the point after which it only goes forward.',
    'Wait for its end, then undo what it did with another call.',
  ),
  job_cancelled: kind(
    409,
    'The job was cancelled',
    'Someone asked for this job to be cancelled; what it had done was undone.',
    'Start it again if that was a mistake.',
  ),
  lease_lost: kind(
    409,
    'Another worker took the job over',
    'This worker lost its lease on the job and stopped without further effect.',
    'Nothing to do: the job runs on elsewhere.',
  ),
  step_timeout: kind(
    504,
    'The step took too long',
    'The step was stopped when its time was up.',
    'Retry the job; raise the timeout if the work is really that long.',
  ),
  // Deployment hooks
  hook_failed: kind(
    502,
    'A deployment hook failed',
    'A hook that is required answered with an error, could not be reached, or did not come to an end in time.',
    'Look at what is called, and in the step of the job; then retry the job. `required: false` lets jobs succeed without the hook.',
  ),
  hook_refused: kind(
    422,
    'This hook is not allowed here',
    'A hook names an engine, image or network for containers that the operator of the workers has not allowed.',
    'Ask the operator; see the guide to hooks for `HOOK_DOCKER_ENGINES`, `HOOK_IMAGES_ALLOWED` and `HOOK_NETWORKS_ALLOWED`.',
  ),
  // Database servers, seen from a provisioner
  server_unreachable: kind(
    503,
    'The database server cannot be reached',
    'No connection could be made, or it broke.',
    'Check host, port, network and TLS; the job is repeated by itself for a while.',
  ),
  server_login_failed: kind(
    422,
    'The database server refuses the login',
    'User or password are wrong, or the login may not connect.',
    'Correct the credentials of the database server, then retry.',
  ),
  registered_login_failed: kind(
    422,
    'The registered login cannot use the database',
    'The login that ODS/API would use cannot connect to the instance’s database, or cannot read it.',
    'Grant it what it needs on the template, or correct the registered credentials.',
  ),
  secret_unavailable: kind(
    422,
    'A secret cannot be read',
    'The place that a `passwordFrom` names does not exist or is outside what is allowed.',
    'Check the reference: `env:TM_SECRET_…`, a file below `SECRET_FILES_DIR`, or a secret under `AWS_SECRETS_PREFIX`.',
  ),
  insufficient_privilege: kind(
    422,
    'The login lacks a right',
    'The database server refused because the login lacks a privilege.',
    'Grant what `detail` names, then retry.',
  ),
  template_missing: kind(
    422,
    'The template does not exist',
    'The configured template is not on the database server.',
    'Create it, or correct the server’s `templates`.',
  ),
  template_busy: kind(
    503,
    'The template is in use',
    'A session on the template kept it from being copied.',
    'Mark it as a template that allows no connections; the job is repeated by itself for a while.',
  ),
  server_full: kind(
    503,
    'The database server is full',
    'Disk space or connections are exhausted.',
    'Make room; the job is repeated by itself for a while.',
  ),
  not_our_database: kind(
    409,
    'That database is not ours',
    'The marker in the database does not say that this installation made it for this instance. It was not touched.',
    'Look at the database; adopt it or choose another name.',
  ),
  database_missing: kind(
    409,
    'The database is gone',
    'The database that should be there is not.',
    'Restore it, or delete the instance.',
  ),
  not_an_ods: kind(
    422,
    'This is not an ODS',
    'Tables that every Ed-Fi ODS has are missing.',
    'Check what the template was made from.',
  ),
  ods_version_unsupported: kind(
    422,
    'ODS older than 7.0',
    'The database reports an ODS version below 7.0, which ODS/API 7 cannot serve.',
    'Use a template of ODS 7.0 or later.',
  ),
  database_error: kind(
    500,
    'The database server reported an error',
    'The database server refused a statement for a reason that has no code of its own here.',
    'Read `detail`; it names the server’s own code.',
  ),
  settings_invalid: kind(
    422,
    'The server’s settings are not valid',
    'The settings do not fit the schema of the provisioner.',
    'Correct the settings named in `detail`.',
  ),
  not_supported: kind(
    422,
    'The engine cannot do this',
    'The provisioner says that it does not have this capability.',
    'Use another way, or a server with another provisioner.',
  ),
  provisioner_failed: kind(
    500,
    'The provisioner failed',
    'The plugin failed in a way it did not foresee.',
    'See the log of the worker.',
  ),
  // Admin API
  admin_api_unreachable: kind(
    503,
    'Admin API cannot be reached',
    'No connection could be made, it broke, or no answer came in time.',
    'Check URL and network; the job is repeated by itself for a while.',
  ),
  admin_api_unavailable: kind(
    503,
    'Admin API is not well',
    'Admin API answered with a server error or asked to slow down.',
    'Look at its health; the job is repeated by itself for a while.',
  ),
  admin_api_login_failed: kind(
    422,
    'Admin API refuses our client',
    'Admin API did not give a token for the client id and secret of the environment.',
    'Correct the environment’s Admin API client, then retry.',
  ),
  admin_api_unknown_tenant: kind(
    422,
    'Admin API does not know the tenant',
    'Tenants are configured in Admin API’s own settings, and this one is not among them.',
    'Add the tenant to Admin API’s configuration, or correct `adminTenant`.',
  ),
  admin_api_wrong_mode: kind(
    422,
    'Admin API runs in another mode',
    'This Admin API serves another version of its interface than the environment says.',
    'Correct the environment’s mode or URL.',
  ),
  admin_api_refused: kind(
    422,
    'Admin API refused the request',
    'Admin API found the request invalid. Its own message is in `detail`.',
    'Correct what it names, then retry.',
  ),
  admin_api_unexpected: kind(
    502,
    'Admin API answered in an unknown way',
    'The answer does not have the shape of any supported version.',
    'Check that the URL leads to an Admin API 2.x.',
  ),
  registration_name_taken: kind(
    409,
    'The name is registered already',
    'Admin API has an ODS instance of this name that is not ours. It was not touched.',
    'Choose another name, or remove the registration.',
  ),
  registration_missing: kind(
    409,
    'The registration is gone',
    'Admin API no longer has the ODS instance that was registered.',
    'Register it again, or delete the instance.',
  ),
  registration_differs: kind(
    409,
    'The registration differs',
    'What Admin API gives back is not what was registered.',
    'Compare both; someone may have changed it by hand.',
  ),
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof problemKinds

/** Where a fault lies in a request, as RFC 6901 pointer into the body, or `?name` / `header:name`. */
export interface FieldFault {
  pointer: string
  detail: string
  /** The code that a request for this alone would have failed with, where it is not the same for all. */
  code?: ProblemCode
}

/** RFC 9457 problem details as clients and job records see them. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  requestId?: string
  errors?: FieldFault[]
  [extension: string]: unknown
}

/** The page that explains a code. */
export const problemType = (code: ProblemCode): string => `/docs/errors/${code}`

/** Problem details of a code, with what happened this time. Extensions stand behind the standard members and cannot replace them. */
export function problem(code: ProblemCode, detail: string, extensions: Record<string, unknown> = {}): Problem {
  const { title, status } = problemKinds[code]
  const standard = { type: problemType(code), title, status, detail, code }
  return { ...standard, ...extensions, ...standard }
}
