import { operations } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { pointers, read, refusal } from './request.js'

const { createDatabaseServer, updateDatabaseServer } = operations
const server = {
  name: 'postgres-01',
  engine: 'postgresql',
  settings: { host: 'db.example.org', port: 5432 },
  credentials: { username: 'admin', password: 'p' },
  registeredLogin: 'perInstance',
  templates: {},
}
const params = { name: 'postgres-01' }
const secretFrom = (passwordFrom: unknown) => ({ credentials: { username: 'a', passwordFrom } })

describe('the database server request', () => {
  for (const [title, change] of Object.entries({
    'as short as can be': {},
    'with a shared login': { registeredLogin: 'shared', registeredCredentials: { username: 'ods', password: 'q' } },
    'with passwords from the surroundings': { credentials: { username: 'a', passwordFrom: 'env:TM_SECRET_A_1' } },
    'with passwords from a file': { credentials: { username: 'a', passwordFrom: 'file:servers/postgres-01' } },
    'with a password of AWS Secrets Manager': secretFrom('aws-secret:edfi/ods-01'),
    'with a field of a secret': secretFrom('aws-secret:rds!db-1_a+b=c.d@e#password'),
    'with tokens of RDS': secretFrom('aws-rds-iam:us-gov-west-1'),
    'with tokens of Entra ID': secretFrom('azure-entra'),
    'with templates of any shape': { templates: { minimal: 'Db', 'v7.3': { backup: '/x.bak' } } },
    'with all limits': { maxConcurrency: 64, maxInstances: 0, pool: 'east', workerPool: 'dmz', tenants: ['a', 'b'] },
  }))
    it(`is taken ${title}`, () => {
      const body = { ...server, ...change }
      expect(read(createDatabaseServer, { body }).body).to.deep.equal(body)
    })

  for (const [title, change, pointer] of [
    [
      'a password and a place to read it',
      { credentials: { username: 'a', password: 'p', passwordFrom: 'file:x' } },
      '/credentials',
    ],
    ['no password at all', { credentials: { username: 'a' } }, '/credentials'],
    ['a variable of the process itself', secretFrom('env:DATABASE_URL'), '/credentials/passwordFrom'],
    ['a variable in small letters', secretFrom('env:TM_SECRET_a'), '/credentials/passwordFrom'],
    ['a file above the folder', secretFrom('file:../key'), '/credentials/passwordFrom'],
    ['a file above the folder, later', secretFrom('file:a/../../key'), '/credentials/passwordFrom'],
    ['a place of another kind', secretFrom('http://x/'), '/credentials/passwordFrom'],
    ['a secret of AWS without a name', secretFrom('aws-secret:'), '/credentials/passwordFrom'],
    ['a secret of AWS by its address', secretFrom('aws-secret:arn:aws:x'), '/credentials/passwordFrom'],
    ['a secret of AWS with an empty key', secretFrom('aws-secret:a#'), '/credentials/passwordFrom'],
    ['a secret of AWS with two keys', secretFrom('aws-secret:a#b#c'), '/credentials/passwordFrom'],
    ['a region that is none', secretFrom('aws-rds-iam:../x'), '/credentials/passwordFrom'],
    ['more after the word for Entra ID', secretFrom('azure-entra:x'), '/credentials/passwordFrom'],
    [
      'a token as what ODS/API keeps',
      { registeredLogin: 'shared', registeredCredentials: { username: 'a', passwordFrom: 'azure-entra' } },
      '/registeredCredentials/passwordFrom',
    ],
    ['a shared login without credentials', { registeredLogin: 'shared' }, '/registeredCredentials'],
    [
      'an own login with credentials',
      { registeredCredentials: { username: 'a', password: 'p' } },
      '/registeredCredentials',
    ],
    ['another word for the login', { registeredLogin: 'own' }, '/registeredLogin'],
    ['the template that is always there', { templates: { empty: 'x' } }, '/templates/empty'],
    ['a template name with a space', { templates: { 'a b': 'x' } }, '/templates/a b'],
    ['settings that are no object', { settings: [] }, '/settings'],
    ['a worker pool with a dot', { workerPool: 'dmz.postgresql' }, '/workerPool'],
    ['a worker pool of 51 characters', { workerPool: 'x'.repeat(51) }, '/workerPool'],
    ['a tenant twice in other letters', { tenants: ['a', 'b', 'A'] }, '/tenants/2'],
    ['a tenant twice', { tenants: ['a', 'a'] }, '/tenants'],
    ['no job at once', { maxConcurrency: 0 }, '/maxConcurrency'],
    ['too many jobs at once', { maxConcurrency: 65 }, '/maxConcurrency'],
    ['half a job at once', { maxConcurrency: 1.5 }, '/maxConcurrency'],
    ['a name with a slash', { name: 'a/b' }, '/name'],
    ['a name that climbs', { name: '..' }, '/name'],
    ['a NUL character deep in the settings', { settings: { a: [{ b: 'x\u0000' }] } }, '/settings/a/0/b'],
  ] as const)
    it(`is refused with ${title}`, () =>
      expect(pointers(createDatabaseServer, { body: { ...server, ...change } })).to.deep.equal([pointer]))

  it('repeats no secret in what it says, wherever the secret was typed', () => {
    const secret = 'hunter2-very-secret'
    const body = {
      ...server,
      engine: `${secret} `,
      registeredLogin: secret,
      maxConcurrency: secret,
      credentials: { username: [secret], password: { secret }, passwordFrom: secret },
      tenants: [`*${secret}`],
    }
    const { errors } = refusal(createDatabaseServer, { body })
    expect(errors).to.have.length.greaterThan(5)
    expect(errors.map(({ detail }) => detail).join()).not.to.include(secret)
  })
})

describe('the change of a database server', () => {
  it('may clear what is optional', () => {
    const body = { tenants: null, maxInstances: null, pool: null, workerPool: null }
    expect(read(updateDatabaseServer, { params, body }).body).to.deep.equal(body)
  })

  it('may turn to a login per instance and clear the shared one', () =>
    expect(
      read(updateDatabaseServer, { params, body: { registeredLogin: 'perInstance', registeredCredentials: null } }).body
        .registeredCredentials,
    ).to.equal(null))

  for (const [title, body, expected] of [
    ['no field', {}, ['']],
    ['name and engine, which never change', { name: 'b', engine: 'mssql' }, ['/engine', '/name']],
    ['a worker pool with a dot', { workerPool: 'a.b' }, ['/workerPool']],
    ['a tenant twice in other letters', { tenants: ['a', 'A'] }, ['/tenants/1']],
    ['the settings cleared', { settings: null }, ['/settings']],
    ['the shared login cleared without another', { registeredCredentials: null }, ['/registeredCredentials']],
    [
      'credentials of the wrong shape',
      { registeredCredentials: { username: 1, password: 'p' } },
      ['/registeredCredentials/username'],
    ],
  ] as const)
    it(`is refused with ${title}`, () =>
      expect(pointers(updateDatabaseServer, { params, body })).to.deep.equal(expected))
})
