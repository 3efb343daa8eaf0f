import type { AdminApi } from '@edfi-tenants/admin-api'
import { startSimulator, type Simulator } from '@edfi-tenants/admin-api-simulator'
import { expect } from 'chai'
import { call, clientId, clientSecret, closeAll, everythingIn, failureOf, open } from './calls.js'

const vendor = {
  company: 'Sunny SIS',
  namespacePrefixes: ['uri://sunny.example', 'uri://sunny.example/sis'],
  contactName: 'Sam',
  contactEmailAddress: 'sam@sunny.example',
}

describe('applications, their credentials and vendors', () => {
  let simulator: Simulator
  let api: AdminApi
  let odsInstanceId: number
  let vendorId: number

  const register = (name: string) =>
    api.createRegistration({ name, instanceType: 'ods', connectionString: `Host=db;Database=${name}` }, call)
  const wanted = (odsInstanceIds: number[]) => ({
    applicationName: 'Sunny SIS 2026',
    vendorId,
    claimSetName: 'SIS Vendor',
    educationOrganizationIds: [255901, 9007199254740991],
    profileIds: [],
    odsInstanceIds,
  })
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${await simulator.issueToken()}`, 'content-type': 'application/json' }
    return fetch(simulator.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  }

  beforeEach(async () => {
    simulator = await startSimulator({ clients: [{ clientId, clientSecret }] })
    api = open(simulator.url)
    odsInstanceId = await register('First')
    vendorId = await api.createVendor(vendor, call)
  })
  afterEach(async () => {
    await closeAll()
    await simulator.close()
  })

  it('makes a vendor once, since Admin API would make as many of one company as it is asked for', async () => {
    expect(await api.findVendor('Sunny SIS', call)).to.equal(vendorId)
    expect(await api.findVendor(' Sunny SIS ', call)).to.equal(vendorId)
    await api.createVendor(vendor, call)
    expect(await api.findVendor('Sunny SIS', call)).to.equal(vendorId)
    expect(await api.findVendor('sunny sis', call)).to.equal(null)
    expect(await api.readVendor(vendorId, call)).to.deep.equal({ vendorId, company: 'Sunny SIS' })
    expect(await api.readVendor(77, call)).to.equal(null)
    const stored = (await (await ask('GET', `/v2/vendors/${vendorId}`)).json()) as { namespacePrefixes: string }
    expect(stored.namespacePrefixes).to.equal('uri://sunny.example,uri://sunny.example/sis')
  })

  it('makes, changes and removes an application, and lists those of a registration', async () => {
    const { applicationId, key, secret } = await api.createApplication(wanted([odsInstanceId]), call)
    expect(key).to.have.length.greaterThan(5)
    expect(secret).to.have.length.greaterThan(10)
    const application = { applicationId, ...wanted([odsInstanceId]), enabled: true }
    expect(await api.readApplication(applicationId, call)).to.deep.equal(application)
    expect(await api.listApplications(odsInstanceId, call)).to.deep.equal([application])

    const second = await register('Second')
    const changed = {
      ...application,
      applicationName: 'Other',
      odsInstanceIds: [odsInstanceId, second],
      enabled: false,
    }
    await api.updateApplication(changed, call)
    expect(await api.listApplications(second, call)).to.deep.equal([changed])

    await api.deleteApplication(applicationId, call)
    await api.deleteApplication(applicationId, call)
    expect(await api.readApplication(applicationId, call)).to.equal(null)
    expect(await api.listApplications(odsInstanceId, call)).to.deep.equal([])
    expect(await api.listApplications(4711, call)).to.deep.equal([])
  })

  it('reads and changes the credentials of an application one by one', async () => {
    const { applicationId, key } = await api.createApplication(wanted([odsInstanceId]), call)
    const second = await register('Second')
    await ask('POST', '/v2/apiclients', {
      name: 'Another',
      isApproved: true,
      applicationId,
      odsInstanceIds: [second],
    })
    const [first, other] = (await api.listApiClients(applicationId, call))!
    expect(first).to.deep.include({ key, applicationId, isApproved: true, odsInstanceIds: [odsInstanceId] })
    await api.updateApiClient({ ...other!, isApproved: false, odsInstanceIds: [second, odsInstanceId] }, call)
    expect(await api.readApiClient(other!.apiClientId, call)).to.deep.equal({
      ...other,
      isApproved: false,
      odsInstanceIds: [second, odsInstanceId],
    })
    expect(await api.readApiClient(first!.apiClientId, call)).to.deep.equal(first)
    expect(await api.readApiClient(4711, call)).to.equal(null)
    expect(await failureOf(api.updateApiClient({ ...first!, apiClientId: 4711 }, call))).to.include({
      code: 'application_missing',
    })
  })

  it('tells what is missing from what is refused', async () => {
    const missing = await failureOf(api.createApplication({ ...wanted([odsInstanceId]), vendorId: 99 }, call))
    expect(missing).to.include({ code: 'application_missing', retryable: false })
    expect(missing.message).to.include('vendor').and.to.include('99')
    const refused = await failureOf(api.createApplication(wanted([odsInstanceId, 88]), call))
    expect(refused).to.include({ code: 'admin_api_refused', retryable: false })
    expect(refused.message).to.include('not found in database: 88')
    const { applicationId } = await api.createApplication(wanted([odsInstanceId]), call)
    const application = (await api.readApplication(applicationId, call))!
    expect(await failureOf(api.updateApplication({ ...application, applicationId: 77 }, call))).to.include({
      code: 'application_missing',
    })
  })

  it('never makes an application twice by itself after a lost answer', async () => {
    simulator.setFaults([{ method: 'POST', pathPattern: '/v2/applications', kind: 'drop-after-commit', times: 1 }])
    expect(await failureOf(api.createApplication(wanted([odsInstanceId]), call))).to.include({
      code: 'admin_api_unreachable',
      retryable: true,
    })
    expect(await api.listApplications(odsInstanceId, call)).to.have.length(1)
  })

  it('makes the derivative of a type lead elsewhere without a time in which there is none', async () => {
    const derivatives = () =>
      fetch(`${simulator.controlUrl}/tenants/default/odsInstances`)
        .then((response) => response.json() as Promise<{ derivatives: Record<string, unknown>[] }[]>)
        .then(([first]) => first!.derivatives)
    const put = (database: string) =>
      api.putDerivative(
        odsInstanceId,
        { derivativeType: 'Snapshot', connectionString: `Host=db;Password=hush-hush;Database=${database}` },
        call,
      )
    await put('one')
    const [{ id }] = (await derivatives()) as [{ id: number }]
    await put('two')
    expect(await derivatives()).to.have.length(1)
    expect((await derivatives())[0]).to.deep.include({ id, derivativeType: 'Snapshot' })
    expect(JSON.stringify(await derivatives())).to.include('Database=two')

    simulator.setFaults([
      { method: 'PUT', pathPattern: '/v2/odsInstanceDerivatives', kind: 'drop-after-commit', times: 1 },
    ])
    await put('three')
    expect(JSON.stringify(await derivatives())).to.include('Database=three')

    const failure = await failureOf(
      api.putDerivative(
        odsInstanceId,
        { derivativeType: 'Snapshot', connectionString: 'Password=hush-hush;;Nonsense' },
        call,
      ),
    )
    expect(failure).to.include({ code: 'admin_api_refused' })
    expect(everythingIn(failure)).not.to.include('hush-hush')
    expect(
      await failureOf(
        api.putDerivative(4711, { derivativeType: 'Snapshot', connectionString: 'Host=db;Database=x' }, call),
      ),
    ).to.include({ code: 'registration_missing' })

    await api.deleteDerivative(odsInstanceId, 'snapshot', call)
    await api.deleteDerivative(odsInstanceId, 'snapshot', call)
    await api.deleteDerivative(4711, 'snapshot', call)
    expect(await derivatives()).to.deep.equal([])
  })
})
