import { expect } from 'chai'
import { connectionString, startClient, type Client } from './client.js'

const taken = 'An Ods instance with this name already exists in the database. Please enter a unique name.'
const unexpectedBody = {
  message: 'The server encountered an unexpected condition that prevented it from fulfilling the request.',
}

describe('Admin API simulator: odsInstances', () => {
  let client: Client
  beforeEach(async () => {
    client = await startClient()
  })
  afterEach(() => client.simulator.close())

  it('creates with 201, no body and a Location that has neither version nor host', async () => {
    const answer = await client.call('POST', '/v2/odsInstances', { name: 'A', instanceType: 'ods', connectionString })
    expect([answer.status, answer.text, answer.location]).to.deep.equal([201, '', '/odsInstances/1'])
  })

  it('reads property names and routes ignoring case, and never shows the connection string', async () => {
    const body = { NAME: 'A', InstanceType: null, CONNECTIONSTRING: connectionString, unknown: { deep: [1] } }
    const { status } = await client.call('POST', '/V2/ODSINSTANCES/', body)
    expect(status).to.equal(201)
    const list = await client.call('GET', '/v2/odsinstances')
    expect(list.json).to.deep.equal([{ id: 1, name: 'A', instanceType: null }])
    const one = await client.call('GET', '/v2/odsInstances/1')
    expect(one.json).to.deep.equal({
      id: 1,
      name: 'A',
      instanceType: null,
      odsInstanceContexts: [],
      odsInstanceDerivatives: [],
    })
    expect(list.text + one.text).to.not.include('secret-password')
  })

  it('tells every broken rule by its C# property name', async () => {
    const empty = await client.call('POST', '/v2/odsInstances', { name: '', instanceType: '', connectionString: '' })
    expect([empty.status, empty.contentType]).to.deep.equal([400, 'application/problem+json'])
    expect(empty.json).to.deep.equal({
      title: 'Validation failed',
      errors: { Name: ["'Name' must not be empty."], ConnectionString: ["'Connection String' must not be empty."] },
    })
    const wrong = { name: 'A', instanceType: 'x'.repeat(101), connectionString: 'WrongConnection' }
    expect((await client.call('POST', '/v2/odsInstances', wrong)).json.errors).to.deep.equal({
      InstanceType: ["The length of 'Instance Type' must be 100 characters or fewer. You entered 101 characters."],
      ConnectionString: ['The connection string is not valid.'],
    })
  })

  it('wants a unique name, compared exactly, and uses the claim set text on PUT', async () => {
    await client.addInstance('A')
    const body = { name: 'A', instanceType: 'other', connectionString }
    expect((await client.call('POST', '/v2/odsInstances', body)).json.errors).to.deep.equal({ Name: [taken] })
    const id = await client.addInstance('a')
    const { json } = await client.call('PUT', `/v2/odsInstances/${id}`, body)
    expect(json.errors).to.deep.equal({
      Name: ['A claim set with this name already exists in the database. Please enter a unique name.'],
    })
  })

  it('answers 500 where only the column is too narrow: a long name, a long connection string', async () => {
    const long = { name: 'x'.repeat(101), connectionString }
    const answer = await client.call('POST', '/v2/odsInstances', long)
    expect([answer.status, answer.json]).to.deep.equal([500, unexpectedBody])
    const wide = { name: 'A', connectionString: `host=${'h'.repeat(1200)}` }
    expect((await client.call('POST', '/v2/odsInstances', wide)).status).to.equal(500)
    const fits = { name: 'A', connectionString: `host=${'h'.repeat(1000)}` }
    expect((await client.call('POST', '/v2/odsInstances', fits)).status).to.equal(201)
  })

  it('lets two requests with one name through the check at once, and the unique index stop the second', async () => {
    const slow = await startClient({ writeDelayMs: 300 })
    const post = (instanceType: string | null): Promise<{ status: number }> =>
      slow.call('POST', '/v2/odsInstances', { name: `A-${instanceType ?? ''}`, instanceType, connectionString })
    const indexed = await Promise.all([post('ods'), post('ods')])
    expect(indexed.map(({ status }) => status).sort()).to.deep.equal([201, 500])
    const nulls = await Promise.all([post(null), post(null)])
    expect(nulls.map(({ status }) => status)).to.deep.equal([201, 201])
    await slow.simulator.close()
  })

  it('edits with 200 and keeps the stored connection string when none is given', async () => {
    const id = await client.addInstance('A')
    const answer = await client.call('PUT', `/v2/odsInstances/${id}`, { name: 'B', instanceType: 't' })
    expect([answer.status, answer.text]).to.deep.equal([200, ''])
    const rows = (await (await fetch(`${client.simulator.controlUrl}/tenants/default/odsInstances`)).json()) as object[]
    expect(rows[0]).to.include({ id, name: 'B', instanceType: 't', connectionString })
  })

  it('answers 404 with the id for an unknown instance', async () => {
    const title = 'Not found: odsInstance with ID 77. It may have been recently deleted.'
    const body = { name: 'x', connectionString: '' }
    for (const [method, sent] of [['GET'], ['PUT', body], ['DELETE']] as const) {
      const answer = await client.call(method, '/v2/odsInstances/77', sent)
      expect([answer.status, answer.json], method).to.deep.equal([404, { title }])
    }
    const applications = await client.call('GET', '/v2/odsInstances/77/applications')
    expect(applications.json.title).to.match(/^Not found: odsinstance with ID 77\./)
  })

  it('refuses to delete what is in use, naming each kind of user, and then deletes', async () => {
    const id = await client.addInstance('A')
    const applicationId = await client.addApplication(id)
    await client.call('POST', '/v2/odsInstanceContexts', { odsInstanceId: id, contextKey: 'k', contextValue: 'v' })
    const derivative = { odsInstanceId: id, derivativeType: 'Snapshot', connectionString }
    await client.call('POST', '/v2/odsInstanceDerivatives', derivative)
    const refused = await client.call('DELETE', `/v2/odsInstances/${id}`)
    expect([refused.status, refused.json]).to.deep.equal([
      400,
      {
        title: 'Validation failed',
        errors: {
          Id: [
            'There are some Applications associated to this OdsInstance. Can not be deleted.',
            'There are some OdsInstanceContexts associated to this OdsInstance. Can not be deleted.',
            'There are some OdsInstanceDerivatives associated to this OdsInstance. Can not be deleted.',
          ],
        },
      },
    ])
    await client.call('DELETE', `/v2/applications/${applicationId}`)
    await client.call('DELETE', '/v2/odsInstanceContexts/1')
    await client.call('DELETE', '/v2/odsInstanceDerivatives/1')
    const answer = await client.call('DELETE', `/v2/odsInstances/${id}`)
    expect([answer.status, answer.json]).to.deep.equal([200, { title: 'Ods Instance deleted successfully' }])
  })

  it('answers 400 to malformed JSON, to a wrong type and to an id that is no number', async () => {
    const message =
      'The request body contains malformed JSON. Please ensure your data is properly formatted and try again.'
    for (const body of ['{"name":', '{"name":5}', '[]', 'null', '']) {
      const answer = await client.call('POST', '/v2/odsInstances', body)
      expect([answer.status, answer.json], body).to.deep.equal([400, { message }])
    }
    expect((await client.call('GET', '/v2/odsInstances/abc')).json).to.deep.equal({ message })
    const typed = await client.call('POST', '/v2/odsInstances', '{}', { 'content-type': 'text/plain' })
    expect(typed.status).to.equal(415)
  })

  it('never reuses a number, also not that of an insert that failed', async () => {
    await client.call('POST', '/v2/odsInstances', { name: 'x'.repeat(101), connectionString })
    expect(await client.addInstance('A')).to.equal(2)
    await client.call('DELETE', '/v2/odsInstances/2')
    expect(await client.addInstance('A')).to.equal(3)
  })
})

describe('Admin API simulator: lists', () => {
  let client: Client
  before(async () => {
    client = await startClient()
    for (let n = 30; n >= 1; n--) await client.addInstance(`I${String(n).padStart(2, '0')}`, n % 2 ? 'odd' : null)
  })
  after(() => client.simulator.close())

  const names = async (query: string): Promise<string[]> =>
    (await client.call('GET', `/v2/odsInstances${query}`)).rows.map(({ name }) => name)

  it('gives 25 rows by name unless told otherwise', async () => {
    const rows = await names('')
    expect(rows).to.have.lengthOf(25)
    expect(rows.slice(0, 2)).to.deep.equal(['I01', 'I02'])
    expect(await names('?offset=25')).to.deep.equal(['I26', 'I27', 'I28', 'I29', 'I30'])
    expect(await names('?OFFSET=1&Limit=2')).to.deep.equal(['I02', 'I03'])
    expect(await names('?limit=0')).to.deep.equal([])
    expect(await names('?limit=1000')).to.have.lengthOf(30)
  })

  it('orders by the columns it names, ascending unless desc or descending is asked', async () => {
    expect(await names('?orderBy=ID&limit=1')).to.deep.equal(['I30'])
    expect(await names('?orderBy=id&direction=DESC&limit=1')).to.deep.equal(['I01'])
    expect(await names('?direction=Descending&limit=1')).to.deep.equal(['I30'])
    expect(await names('?direction=sideways&limit=1')).to.deep.equal(['I01'])
    const bad = await client.call('GET', '/v2/odsInstances?orderBy=color')
    expect([bad.status, bad.json.errors]).to.deep.equal([
      400,
      { orderBy: ['The orderBy value color is not allowed. The allowed values are Name,InstanceType,Id'] },
    ])
  })

  it('filters by exact match, on PostgreSQL with case', async () => {
    expect(await names('?name=I07')).to.deep.equal(['I07'])
    expect(await names('?name=i07')).to.deep.equal([])
    expect(await names('?instanceType=odd&limit=3')).to.deep.equal(['I01', 'I03', 'I05'])
    expect(await names('?id=30')).to.deep.equal(['I01'])
    expect((await client.call('GET', '/v2/odsInstances?id=x')).status).to.equal(400)
  })

  it('fails on a negative page as the database does', async () => {
    expect((await client.call('GET', '/v2/odsInstances?offset=-1')).status).to.equal(500)
  })
})

describe('Admin API simulator: SQL Server', () => {
  it('parses SqlClient keywords, filters without case and lets one NULL type per name stand', async () => {
    const client = await startClient({ engine: 'SqlServer' })
    const sql = 'Data Source=h;Initial Catalog=d;Integrated Security=SSPI;TrustServerCertificate=yes'
    const post = async (name: string, text = sql): Promise<number> =>
      (await client.call('POST', '/v2/odsInstances', { name, instanceType: null, connectionString: text })).status
    expect(await post('A', connectionString)).to.equal(400)
    expect(await post('A')).to.equal(201)
    expect(await post('a'), 'the check in memory sees another name, the index does not').to.equal(500)
    expect((await client.call('GET', '/v2/odsInstances?name=a')).json).to.have.lengthOf(1)
    expect((await client.call('GET', '/v2/odsInstances?limit=0')).status).to.equal(500)
    await client.simulator.close()
  })
})
