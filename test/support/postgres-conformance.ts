import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import { buildTemplate } from '@edfi-tenants/sample-ods'
import { Client, escapeIdentifier } from 'pg'

const template = 'EdFi_Ods_Minimal_Template'
const admin = { username: 'tenant_admin', password: 'Admin-Pass-8c1f' }
const templateOwner = 'template_owner'
const login = { username: 'ods_api', password: 'App-Pass-77aa' }

const rightsOf = {
  owner: [`grant pg_signal_backend to ${admin.username}`],
  'member-of-owner': [`grant pg_signal_backend to ${admin.username}`, `grant ${templateOwner} to ${admin.username}`],
  'member-of-login': [
    `grant ${login.username} to ${admin.username}`,
    `grant ods_rights to ${admin.username} with admin option`,
    // To export tables that are not its own.
    `grant pg_read_all_data to ${admin.username}`,
  ],
}

/** What docs/provisioners/postgresql.md has for a template that belongs to somebody else. */
const grantInTemplate = `
  do $$ declare s text; begin
    for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop
      execute format('grant usage on schema %1$I to ods_api, ods_rights', s);
      execute format('grant select, insert, update, delete on all tables in schema %1$I to ods_api, ods_rights', s);
      execute format('grant usage, select, update on all sequences in schema %1$I to ods_api, ods_rights', s);
      execute format('grant execute on all routines in schema %1$I to ods_api, ods_rights', s);
    end loop;
  end $$`

/** A PostgreSQL that is the suite's alone, because it is restarted. */
export interface SuitePostgres {
  url: string
  host: string
  port: number
  user: string
  password: string
  restart(options: { signal: 'immediate' }): Promise<void>
  stop(): Promise<void>
}

/**
 * How the privileged login came by what it needs. `owner`: the templates are its own. On managed servers they may belong
 * to somebody else: `member-of-owner` may do the same; `member-of-login` has neither that nor pg_signal_backend, but is a
 * member of ODS/API's login, and may give own logins a role with rights on the templates.
 */
export type AdminRights = 'owner' | 'member-of-owner' | 'member-of-login'

/** What the conformance suite needs; the privileged login has no more rights than the documentation asks. */
export async function postgresForConformance(
  postgres: SuitePostgres,
  rights: AdminRights = 'owner',
): Promise<ConformanceServer> {
  const connectTo = async (database: string, as = { username: postgres.user, password: postgres.password }) => {
    const client = new Client({
      host: postgres.host,
      port: postgres.port,
      database,
      user: as.username,
      password: as.password,
    })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const run = async (database: string, ...statements: string[]) => {
    const client = await connectTo(database)
    try {
      let rows: Record<string, unknown>[] = []
      for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
      return rows
    } finally {
      await client.end()
    }
  }
  await run(
    'postgres',
    `create role ${admin.username} login createdb createrole password '${admin.password}'`,
    `create role ${login.username} login password '${login.password}'`,
    `create role ${templateOwner}`,
    'create role ods_rights',
    ...rightsOf[rights],
  )
  const owner = rights === 'owner' ? admin.username : templateOwner
  await buildTemplate({ adminUrl: postgres.url, databaseName: template, kind: 'minimal', owner })
  const marked = escapeIdentifier(template)
  if (rights === 'member-of-login') {
    await run('postgres', `alter database ${marked} with allow_connections true`)
    await run(template, grantInTemplate)
    await run('postgres', `alter database ${marked} with allow_connections false`)
  }
  return {
    server: {
      id: 'conformance',
      name: 'conformance',
      settings: {
        host: postgres.host,
        port: postgres.port,
        ...(rights === 'member-of-login' ? { ownLoginRole: 'ods_rights' } : {}),
      },
      credentials: admin,
    },
    template,
    missingTemplate: 'No_Such_Template',
    login,
    listRaw: async () =>
      (await run('postgres', 'select datname from pg_database')).map((row) => String(row['datname'])),
    createForeign: async (name) => {
      await run('postgres', `create database ${escapeIdentifier(name)}`)
    },
    createUnmarked: async (name) => {
      const client = await connectTo('postgres', admin)
      await client.query(`create database ${escapeIdentifier(name)}`)
      await client.end()
    },
    dropForeign: async (name) => {
      await run('postgres', `drop database ${escapeIdentifier(name)} with (force)`)
    },
    copyWithMarker: async (from, to) => {
      const [row] = await run(
        'postgres',
        `create database ${escapeIdentifier(to)} template ${escapeIdentifier(from)}`,
        `select shobj_description(oid, 'pg_database') as marker from pg_database where datname = '${from}'`,
      )
      await run('postgres', `comment on database ${escapeIdentifier(to)} is '${String(row?.['marker'])}'`)
    },
    openSession: async (database) => {
      const client = await connectTo(database, login)
      return {
        isOpen: () =>
          client.query('select 1').then(
            () => true,
            () => false,
          ),
        close: () => client.end().catch(() => undefined),
      }
    },
    canConnect: (as, database) =>
      connectTo(database ?? 'postgres', as).then(
        async (client) => {
          await client.end()
          return true
        },
        () => false,
      ),
    sql: {
      addStudent: `
        insert into edfi.student (studentuniqueid, firstname, lastsurname, birthdate)
        values (current_setting('tm.parameters')::jsonb ->> 'studentUniqueId', 'Ada', 'Lovelace', date '2015-12-10');`,
      failOnLine3: `select 1;\n\ninsert into edfi.student (studentuniqueid) values ('without a name');`,
      verified: `select 'students' as name, count(*) > 0 as ok, count(*)::text as detail from edfi.student`,
      notVerified: `select 'schools' as name, false as ok, 'none' as detail`,
      finding: 'with wrong as (select * from edfi.descriptor) select codevalue from wrong -- all of them',
      noFinding: 'select 1 where false',
    },
    holdTemplate: async () => {
      await run('postgres', `alter database ${marked} with allow_connections true`)
      const client = await connectTo(template)
      return {
        release: async () => {
          await client.end().catch(() => undefined)
          await run('postgres', `alter database ${marked} with allow_connections false`)
        },
      }
    },
    restart: () => postgres.restart({ signal: 'immediate' }),
    stop: () => postgres.stop(),
  }
}
