import { expect } from 'chai'
import { application, connectionString, idOf, startClient, vendor, type Client } from './client.js'

let client: Client
beforeEach(async () => {
  client = await startClient()
})
afterEach(() => client.simulator.close())

async function errorsOf(method: string, path: string, body: unknown): Promise<unknown> {
  const { status, json } = await client.call(method, path, body)
  expect(status).to.equal(400)
  return json.errors
}

describe('Admin API simulator: odsInstanceContexts', () => {
  it('creates, shows, edits and deletes; the last two answer with empty bodies', async () => {
    const odsInstanceId = await client.addInstance('A')
    const body = { odsInstanceId, contextKey: 'schoolYearFromRoute', contextValue: '2026' }
    const added = await client.call('POST', '/v2/odsInstanceContexts', body)
    expect([added.status, added.text, added.location]).to.deep.equal([201, '', '/odsInstanceContexts/1'])
    expect((await client.call('GET', '/v2/odsInstanceContexts/1')).json).to.deep.equal({ id: 1, ...body })
    expect((await client.call('GET', '/v2/odsInstances/1')).json.odsInstanceContexts).to.deep.equal([
      { id: 1, ...body },
    ])
    const edited = await client.call('PUT', '/v2/odsInstanceContexts/1', { ...body, contextValue: '2027' })
    expect([edited.status, edited.text]).to.deep.equal([200, ''])
    expect((await client.call('GET', '/v2/odsInstanceContexts')).rows[0]!.contextValue).to.equal('2027')
    const deleted = await client.call('DELETE', '/v2/odsInstanceContexts/1')
    expect([deleted.status, deleted.text]).to.deep.equal([200, ''])
    const title = 'Not found: odsInstanceContext with ID 1. It may have been recently deleted.'
    expect((await client.call('DELETE', '/v2/odsInstanceContexts/1')).json).to.deep.equal({ title })
  })

  it('tells broken rules; an unknown instance is a 404 from inside the validator', async () => {
    const odsInstanceId = await client.addInstance('A')
    const path = '/v2/odsInstanceContexts'
    expect(await errorsOf('POST', path, { odsInstanceId: 0, contextKey: '', contextValue: ' ' })).to.deep.equal({
      ContextKey: ["'Context Key' must not be empty."],
      ContextValue: ["'Context Value' must not be empty."],
      OdsInstanceId: ['Please provide valid ods instance id. The id {OdsInstanceId} does not exist.'],
    })
    const unknown = await client.call('POST', path, { odsInstanceId: 9000, contextKey: '', contextValue: 'v' })
    expect([unknown.status, unknown.json.title]).to.deep.equal([
      404,
      'Not found: odsInstance with ID 9000. It may have been recently deleted.',
    ])
    await client.call('POST', path, { odsInstanceId, contextKey: 'Key', contextValue: 'v' })
    expect(await errorsOf('POST', path, { odsInstanceId, contextKey: 'kEY', contextValue: 'w' })).to.deep.equal({
      '': ['The combined key ODS instance id and context key must be unique.'],
    })
    const long = await client.call('POST', path, { odsInstanceId, contextKey: 'k', contextValue: 'x'.repeat(51) })
    expect(long.status).to.equal(500)
    expect(await client.call('GET', `${path}?orderBy=x`)).to.have.nested.property(
      'json.errors.orderBy[0]',
      'The orderBy value x is not allowed. The allowed values are ContextKey,ContextValue,Id',
    )
  })
})

describe('Admin API simulator: odsInstanceDerivatives', () => {
  it('takes two types in any case, once per instance, and never shows the connection string', async () => {
    const odsInstanceId = await client.addInstance('A')
    const path = '/v2/odsInstanceDerivatives'
    const body = { odsInstanceId, derivativeType: 'readreplica', connectionString }
    expect((await client.call('POST', path, body)).location).to.equal('/odsInstanceDerivatives/1')
    const read = await client.call('GET', `${path}/1`)
    expect(read.json).to.deep.equal({ id: 1, odsInstanceId, derivativeType: 'readreplica' })
    expect(await errorsOf('POST', path, { ...body, derivativeType: 'ReadReplica' })).to.deep.equal({
      '': ['The combined key ODS instance id and derivative type must be unique.'],
    })
    expect(await errorsOf('POST', path, { ...body, derivativeType: 'Copy', connectionString: 'x' })).to.deep.equal({
      DerivativeType: [
        "The value for the Derivative type is not allowed. The only accepted values are: 'ReadReplica' or 'Snapshot'.",
      ],
      ConnectionString: ['The connection string is not valid.'],
    })
    const edited = await client.call('PUT', `${path}/1`, { odsInstanceId, derivativeType: 'Snapshot' })
    expect(edited.status).to.equal(200)
    expect((await client.call('DELETE', `${path}/1`)).text).to.equal('')
  })
})

describe('Admin API simulator: vendors', () => {
  it('creates, shows prefixes in order, filters, edits and deletes with its applications', async () => {
    const odsInstanceId = await client.addInstance('A')
    const added = await client.call('POST', '/v2/vendors', vendor())
    expect([added.text, added.location]).to.deep.equal(['', '/vendors/1'])
    expect((await client.call('GET', '/v2/vendors/1')).json).to.deep.equal({
      id: 1,
      company: 'Acme',
      namespacePrefixes: 'uri://a,uri://b',
      contactName: 'Ada',
      contactEmailAddress: 'ada@example.org',
    })
    expect((await client.call('GET', '/v2/vendors?namespacePrefixes=uri://b')).json).to.have.lengthOf(1)
    expect((await client.call('GET', '/v2/vendors?company=acme')).json).to.have.lengthOf(0)
    await client.call('POST', '/v2/applications', application(1, odsInstanceId))
    expect((await client.call('GET', '/v2/vendors/1/applications')).json).to.have.lengthOf(1)
    expect((await client.call('PUT', '/v2/vendors/1', vendor({ company: 'New' }))).status).to.equal(200)
    expect((await client.call('DELETE', '/v2/vendors/1')).json).to.deep.equal({ title: 'Vendor deleted successfully' })
    expect((await client.call('GET', '/v2/applications')).json).to.deep.equal([])
  })

  it('tells broken rules and refuses the reserved name', async () => {
    const empty = { company: '', namespacePrefixes: '', contactName: '', contactEmailAddress: '' }
    expect(await errorsOf('POST', '/v2/vendors', empty)).to.deep.equal({
      Company: ["'Company' must not be empty."],
      ContactName: ["'Contact Name' must not be empty."],
      ContactEmailAddress: [
        "'Contact Email Address' must not be empty.",
        "'Contact Email Address' is not a valid email address.",
      ],
    })
    expect(await errorsOf('POST', '/v2/vendors', vendor({ company: ' EdFi ' }))).to.deep.equal({
      Company: ["' EdFi ' is a reserved name and may not be used. Please choose another name."],
    })
    const long = 'u'.repeat(256)
    expect(await errorsOf('POST', '/v2/vendors', vendor({ namespacePrefixes: long }))).to.deep.equal({
      NamespacePrefixes: [`'${long}' exceeds maximum length`],
    })
  })
})

describe('Admin API simulator: applications and apiclients', () => {
  it('shows key and secret once, at creation', async () => {
    const odsInstanceId = await client.addInstance('A')
    const vendorId = idOf(await client.call('POST', '/v2/vendors', vendor()))
    const added = await client.call('POST', '/v2/applications', application(vendorId, odsInstanceId))
    expect([added.status, added.location]).to.deep.equal([201, '/applications/1'])
    expect(added.json).to.have.keys('id', 'key', 'secret')
    const read = await client.call('GET', '/v2/applications/1')
    expect(read.json).to.deep.equal({
      id: 1,
      applicationName: 'SIS',
      claimSetName: 'SIS Vendor',
      educationOrganizationIds: [255901],
      vendorId,
      profileIds: [],
      odsInstanceIds: [odsInstanceId],
      enabled: true,
    })
    expect((await client.call('GET', `/v2/odsInstances/${odsInstanceId}/applications`)).json).to.have.lengthOf(1)
    expect((await client.call('GET', '/v2/applications?ids=1,7')).json).to.have.lengthOf(1)
    const disabled = application(vendorId, odsInstanceId, { enabled: false })
    expect((await client.call('PUT', '/v2/applications/1', disabled)).status).to.equal(200)
    expect((await client.call('GET', '/v2/applications/1')).json.enabled).to.equal(false)
    const title = { title: 'Application deleted successfully' }
    expect((await client.call('DELETE', '/v2/applications/1')).json).to.deep.equal(title)
  })

  it('tells broken rules, with 400 also for ids that do not exist', async () => {
    const odsInstanceId = await client.addInstance('A')
    const path = '/v2/applications'
    const name = 'x'.repeat(53)
    expect(await errorsOf('POST', path, { applicationName: name })).to.deep.equal({
      ApplicationName: [
        `The Application Name ${name} would be too long for Admin App to set up necessary Application records. Consider shortening the name by 3 character(s).`,
      ],
      ClaimSetName: ['Please provide a valid claim set name.'],
      EducationOrganizationIds: ['Please provide at least one education organization id.'],
      OdsInstanceIds: ['Please provide at least one ods instance id.'],
      VendorId: ['Please provide valid vendor id.'],
    })
    expect(await errorsOf('POST', path, application(5, odsInstanceId))).to.deep.equal({
      VendorId: ['Vendor with ID 5 not found.'],
    })
    const vendorId = idOf(await client.call('POST', '/v2/vendors', vendor()))
    const unknown = application(vendorId, odsInstanceId, { odsInstanceIds: [odsInstanceId, 7, 9] })
    expect(await errorsOf('POST', path, unknown)).to.deep.equal({
      OdsInstanceIds: ['The following OdsInstanceIds were not found in database: 7, 9'],
    })
  })

  it('keeps the application reset endpoint off and allows duplicates until the settings say otherwise', async () => {
    const odsInstanceId = await client.addInstance('A')
    await client.addApplication(odsInstanceId)
    expect((await client.call('POST', '/v2/applications', application(1, odsInstanceId))).status).to.equal(201)
    expect(await errorsOf('PUT', '/v2/applications/1/reset-credential', {})).to.deep.equal({
      Application: ['This endpoint has been disabled on application settings.'],
    })
    const strict = await startClient({ preventDuplicateApplications: true, enableApplicationResetEndpoint: true })
    const instance = await strict.addInstance('A')
    await strict.addApplication(instance)
    const twice = await strict.call('POST', '/v2/applications', application(1, instance))
    expect([twice.status, twice.json]).to.deep.equal([409, { message: 'The Application already exists' }])
    const reset = await strict.call('PUT', '/v2/applications/1/reset-credential')
    expect(reset.json).to.have.keys('id', 'key', 'secret')
    await strict.simulator.close()
  })

  it('gives an application further credentials, which block the instance as the first does', async () => {
    const odsInstanceId = await client.addInstance('A')
    const applicationId = await client.addApplication(odsInstanceId)
    const body = { name: 'second', isApproved: true, applicationId, odsInstanceIds: [odsInstanceId] }
    const added = await client.call('POST', '/v2/apiclients', body)
    expect([added.status, added.location]).to.deep.equal([201, '/apiclients/2'])
    expect(added.json).to.have.keys('id', 'name', 'key', 'secret', 'applicationId')
    expect((await client.call('GET', `/v2/apiclients?applicationid=${applicationId}`)).json).to.have.lengthOf(2)
    expect((await client.call('GET', '/v2/apiclients')).status).to.equal(400)
    const { json } = await client.call('GET', '/v2/apiclients/2')
    expect(json).to.deep.include({ isApproved: true, keyStatus: 'Active', odsInstanceIds: [odsInstanceId] })
    const edit = application(1, odsInstanceId)
    expect((await client.call('PUT', '/v2/applications/1', edit)).status, 'two credentials').to.equal(500)
    expect((await client.call('PUT', '/v2/apiclients/2/reset-credential')).json.key).to.equal(added.json.key)
    const title = { title: 'ApiClient deleted successfully' }
    expect((await client.call('DELETE', '/v2/apiclients/2')).json).to.deep.equal(title)
    expect(await errorsOf('POST', '/v2/apiclients', { ...body, applicationId: 99 })).to.deep.equal({
      ApplicationId: ['Application with ID 99 not found.'],
    })
  })
})

describe('Admin API simulator: claim sets, profiles and the security catalogue', () => {
  it('keeps the stock claim sets reserved', async () => {
    const { rows } = await client.call('GET', '/v2/claimSets?name=SIS Vendor')
    expect(rows).to.have.lengthOf(1)
    expect(rows[0]).to.deep.include({ name: 'SIS Vendor', _isSystemReserved: true, _applications: [] })
    const reserved = { id: ['Claim set (SIS Vendor) is system reserved. May not be modified.'] }
    expect(await errorsOf('DELETE', `/v2/claimSets/${rows[0]!.id}`, undefined)).to.deep.equal(reserved)
    expect(await errorsOf('PUT', `/v2/claimSets/${rows[0]!.id}`, { name: 'x' })).to.deep.equal(reserved)
  })

  it('creates, fills, copies, exports, imports and deletes a claim set', async () => {
    const id = idOf(await client.call('POST', '/v2/claimSets', { name: 'Health' }))
    const claim = { resourceClaimId: 4, resourceClaimActions: [{ name: 'read', enabled: true }] }
    expect((await client.call('POST', `/v2/claimSets/${id}/resourceClaimActions`, claim)).status).to.equal(200)
    const strategy = { actionName: 'read', authorizationStrategies: ['RelationshipsWithStudentsOnly'] }
    const override = `/v2/claimSets/${id}/resourceClaimActions/4/overrideAuthorizationStrategy`
    expect((await client.call('POST', override, strategy)).status).to.equal(200)
    const copied = idOf(await client.call('POST', '/v2/claimSets/copy', { originalId: id, name: 'Copy' }))
    const exported = (await client.call('GET', `/v2/claimSets/${copied}/export`)).json
    expect(exported.resourceClaims).to.have.lengthOf(1)
    expect(exported.resourceClaims[0]).to.deep.include({
      name: 'educationOrganizations',
      actions: [{ name: 'Read', enabled: true }],
    })
    const imported = idOf(await client.call('POST', '/v2/claimSets/import', { ...exported, name: 'Imported' }))
    const again = (await client.call('GET', `/v2/claimSets/${imported}`)).json
    expect(again.resourceClaims).to.deep.equal(exported.resourceClaims)
    expect((await client.call('DELETE', `/v2/claimSets/${id}`)).json.title).to.equal('ClaimSet deleted successfully')
  })

  it('does not delete a claim set that applications use, and renames it in them', async () => {
    const id = idOf(await client.call('POST', '/v2/claimSets', { name: 'Mine' }))
    const odsInstanceId = await client.addInstance('A')
    await client.call('POST', '/v2/vendors', vendor())
    await client.call('POST', '/v2/applications', application(1, odsInstanceId, { claimSetName: 'Mine' }))
    expect(await errorsOf('DELETE', `/v2/claimSets/${id}`, undefined)).to.deep.equal({
      id: ['Cannot delete this claim set. This claim set has 1 associated application(s).'],
    })
    await client.call('PUT', `/v2/claimSets/${id}`, { name: 'Yours' })
    expect((await client.call('GET', '/v2/applications/1')).json.claimSetName).to.equal('Yours')
  })

  it('judges profile definitions', async () => {
    const definition = '<Profile name="P"><Resource name="School"><test/></Resource></Profile>'
    expect(await errorsOf('POST', '/v2/profiles', { name: 'P', definition })).to.deep.equal({
      Definition: [
        "The element 'Resource' has invalid child element 'test'. List of possible elements expected: 'ReadContentType, WriteContentType'.",
      ],
    })
    const valid = { name: 'P', definition: definition.replace('<test/>', '') }
    expect((await client.call('POST', '/v2/profiles', valid)).location).to.equal('/profiles/1')
    expect((await client.call('GET', '/v2/profiles/1')).json).to.deep.equal({ id: 1, ...valid })
    expect(await errorsOf('POST', '/v2/profiles', { ...valid, name: 'Q' })).to.deep.equal({
      Definition: ['Profile name attribute value should match with Q.'],
    })
  })

  it('shows actions, strategies and resource claims', async () => {
    const { json: actions } = await client.call('GET', '/v2/actions?name=Read')
    expect(actions).to.deep.equal([{ id: 2, name: 'Read', uri: 'http://ed-fi.org/odsapi/actions/read' }])
    const strategies = await client.call('GET', '/v2/authorizationStrategies?limit=100')
    expect(strategies.rows[0]).to.have.keys('id', 'name', 'displayName')
    const { json: claim } = await client.call('GET', '/v2/resourceClaims/4')
    expect(claim).to.include({ id: 4, name: 'educationOrganizations', parentId: 0, parentName: null })
    expect(claim.children[0]).to.include({ parentId: 4, parentName: 'educationOrganizations' })
    for (const path of ['/v2/resourceClaimActions', '/v2/resourceClaimActionAuthStrategies']) {
      const { json } = await client.call('GET', `${path}?resourceName=people`)
      expect(json, path).to.have.lengthOf(1)
    }
  })
})
