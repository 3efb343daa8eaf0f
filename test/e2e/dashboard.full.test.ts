import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { escapeIdentifier } from 'pg'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { startApiProcess, type ApiProcess } from '../support/api-process.js'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { queryOn } from '../support/postgres.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

const chromium = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((each) => each !== undefined && existsSync(each))
const screenshots = process.env['TEST_SCREENSHOTS'] ?? mkdtempSync(path.join(os.tmpdir(), 'dashboard-'))

describe('the dashboard in a browser', function () {
  this.timeout(120_000)
  const secret = randomBytes(32).toString('base64url')
  const hostile = '<img src=x onerror="document.title=\'taken\'">'
  const taken = `EdFi_Ods_Taken_${randomBytes(3).toString('hex')}`
  const dropped = [taken]
  let stack: JobStack
  let api: ApiProcess
  let worker: WorkerProcess
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  /** Leaves out what the browser says of answers that a test asked for on purpose. */
  const expectComplaints = (status: number, address: string) => {
    const isExpected = (text: string) => text.includes(`status of ${status} `) && text.includes(address)
    expect(complaints.some(isExpected), `${status} ${address}`).to.equal(true)
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !isExpected(text)))
  }

  before(async function () {
    if (chromium === undefined) {
      console.log('    skipped: there is no Chromium here; CHROMIUM may name one')
      this.skip()
    }
    stack = await startJobStack()
    worker = startWorkerProcess(stack.workerEnvironment)
    api = await startApiProcess({
      ...stack.workerEnvironment,
      TOKEN_SIGNING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      BOOTSTRAP_CLIENT_ID: 'operator',
      BOOTSTRAP_CLIENT_SECRET: secret,
    })
    browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    page = await browser.newPage()
    await page.setViewport({ width: 1280, height: 800 })
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url ?? ''}`)
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await onServer(`create database ${escapeIdentifier(taken)}`)
  })
  after(async function () {
    if (chromium === undefined) return
    await browser.close()
    for (const name of dropped) await onServer(`drop database if exists ${escapeIdentifier(name)}`)
    await api.stop()
    await worker.stop()
    await stack.close()
    console.log(`    screenshots: ${screenshots}`)
  })

  const onServer = (statement: string) => queryOn(stack.serverUrl, statement)
  async function call<T>(method: string, address: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${api.url}${address}`, {
      method,
      headers: {
        authorization: `Bearer ${await api.signIn('operator', secret)}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(answer.status, await answer.clone().text()).to.be.lessThan(300)
    return (answer.status === 204 ? undefined : await answer.json()) as T
  }
  async function signIn(on: Page, id: string, password: string): Promise<void> {
    await on.locator('#client_id').fill(id)
    await on.locator('#client_secret').fill(password)
    await Promise.all([on.waitForNavigation(), on.click('button')])
  }
  /** A page of its own, signed in as a client of its own; `take` has the client's way out. */
  async function asClient(scopes: string[], address: string, take: (own: Page, id: string) => Promise<void>) {
    const { id, clientSecret } = await call<{ id: string; clientSecret: string }>('POST', '/v1/api-clients', {
      name: 'An operator with few rights',
      scopes,
      tenants: ['*'],
    })
    const context = await browser.createBrowserContext()
    try {
      const own = await context.newPage()
      await own.goto(`${api.url}/dashboard/operations/${address}`)
      await signIn(own, id, clientSecret)
      await take(own, id)
    } finally {
      await context.close()
    }
  }
  const noticeOf = async (own: Page): Promise<string> => {
    await own.waitForFunction(`!document.querySelector('#notice').hidden`)
    return String(await own.evaluate(`document.querySelector('#notice').textContent`))
  }
  /** A batch whose only item fails, as somebody else has its database. */
  const failingBatch = async (name: string) => {
    const databaseName = `${taken}_${name}`
    await onServer(`create database ${escapeIdentifier(databaseName)}`)
    dropped.push(databaseName)
    const { batch } = await call<{ batch: { id: string } }>('POST', '/v1/batches', {
      operation: 'instance.create',
      items: [{ tenant: 'district-one', name, template: 'minimal', databaseName }],
    })
    return batch.id
  }
  const shown = () => page.evaluate(`document.querySelector('main').innerText`)
  const until = (condition: string) => page.waitForFunction(condition)
  const waitFor = (text: string) => until(`document.querySelector('main')?.innerText.includes(${JSON.stringify(text)})`)
  const click = (label: string) => page.locator(`::-p-text(${label})`).click()
  const shoot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true })

  it('signs in, and comes back to the page that was asked for', async () => {
    await page.goto(`${api.url}/dashboard/operations/#/jobs?status=failed`)
    expect(page.url()).to.contain('/dashboard/sign-in')
    await shoot('sign-in')
    await signIn(page, 'operator', 'guess')
    expectComplaints(401, '/dashboard/sign-in')
    await signIn(page, 'operator', secret)
    const { pathname, hash } = new URL(page.url())
    expect([pathname, hash]).to.deep.equal(['/dashboard/operations/', '#/jobs?status=failed'])
    await waitFor('There are no such jobs.')
    await page.click('nav a[data-page=batches]')
    await waitFor('There are no such batches.')
  })

  it('shows a batch, the item that failed and why, and tries it again once the cause is gone', async () => {
    const item = (name: string, more = {}) => ({ tenant: 'district-one', name, template: 'minimal', ...more })
    const { batch } = await call<{ batch: { id: string; number: number } }>('POST', '/v1/batches', {
      operation: 'instance.create',
      items: [
        { ...item('First'), ref: 'row-1', displayName: hostile },
        { ...item('Second', { databaseName: taken }), ref: hostile },
        { ...item('Third'), ref: 'row-3' },
      ],
    })
    await waitFor(`#${batch.number}`)
    await shoot('batches')
    await click(`#${batch.number}`)
    await waitFor('database_name_taken')
    await waitFor('100 %')
    expect(await shown()).to.contain(hostile)
    await shoot('batch')

    await page.evaluate(
      `[...document.querySelectorAll('tbody tr')].find((row) => row.innerText.includes('database_name_taken')).querySelector('a').click()`,
    )
    await waitFor('create-database')
    await waitFor('It may be tried again.')
    const failed = await shown()
    expect(failed).to.contain('database_name_taken')
    await click('Events (')
    await waitFor('step.undone')
    await shoot('job-failed')

    await onServer(`drop database ${escapeIdentifier(taken)}`)
    await click('Retry')
    await waitFor('succeeded')
    await waitFor('100 %')
    expect(await page.$('section.failure')).to.equal(null)
    await shoot('job-succeeded')
    const after = await call<{ counts: { succeeded: number; failed: number } }>('GET', `/v1/batches/${batch.id}`)
    expect(after.counts).to.include({ succeeded: 3, failed: 0 })
  })

  it('pauses, resumes and cancels a batch, the last only after a question', async () => {
    const { batch } = await call<{ batch: { id: string; number: number } }>('POST', '/v1/batches', {
      operation: 'instance.create',
      options: { maxParallel: 1 },
      items: Array.from({ length: 30 }, (_, index) => ({
        tenant: 'district-one',
        name: `Many ${index}`,
        template: 'minimal',
      })),
    })
    await page.goto(`${api.url}/dashboard/operations/#/batches/${batch.id}`)
    await waitFor('Pause')
    await click('Pause')
    await waitFor('It was paused on request.')
    await shoot('batch-paused')
    await click('Resume')
    await waitFor('running')
    await click('Cancel batch')
    await page.waitForSelector('dialog[open]')
    await shoot('question')
    await page.click('dialog button[value=no]')
    expect((await call<{ status: string }>('GET', `/v1/batches/${batch.id}`)).status).to.equal('running')
    await click('Cancel batch')
    await page.waitForSelector('dialog[open]')
    await page.click('#question-yes')
    await until(`document.querySelector('h1 .badge')?.textContent === 'cancelled'`)
  })

  it('says what is wrong with an address, and shows the API’s own words', async () => {
    await page.goto(`${api.url}/dashboard/operations/#/jobs/00000000-0000-4000-8000-000000000000`)
    expect(await noticeOf(page)).to.match(/request [\w-]+/)
    await shoot('not-found')
    await page.goto(`${api.url}/dashboard/operations/#/jobs/%`)
    await waitFor('Nothing to show')
    await page.goto(`${api.url}/dashboard/operations/#/jobs?type=nonsense`)
    await until(`document.querySelector('#notice').textContent.includes('must be the type of a job')`)
    expect(await shown()).to.contain('Nothing to show')
    expectComplaints(404, '/v1/jobs/')
    expectComplaints(400, '/v1/jobs?type=nonsense')
  })

  it('says which failed items cannot be tried again, and why', async () => {
    const id = await failingBatch('Held')
    await page.goto(`${api.url}/dashboard/operations/#/batches/${id}`)
    await until(`document.querySelector('h1 .badge')?.textContent === 'failed'`)
    await call('POST', '/v1/instances', { tenant: 'district-one', name: 'Held', template: 'minimal' })
    await click('Retry failed')
    await page.waitForSelector('dialog[open]')
    await page.click('#question-yes')
    expect(await noticeOf(page)).to.match(/^0 items are tried again, 1 cannot be\. name_taken: /)
    await shoot('retry-refused')
    await asClient(['read', 'jobs:manage'], `#/batches/${id}`, async (own, client) => {
      await own.locator('::-p-text(Retry failed)').click()
      await own.waitForSelector('dialog[open]')
      await own.click('#question-yes')
      expect(await noticeOf(own)).to.contain('needs the scope "instances:create" too')
      // Its tokens end with it, and the page asks again at the next look.
      await call('DELETE', `/v1/api-clients/${client}`)
      await own.waitForFunction(`location.pathname === '/dashboard/sign-in'`, { timeout: 30_000 })
      expect(new URL(own.url()).hash).to.equal(`#/batches/${id}`)
    })
    await asClient(['jobs:manage'], '', async (own) => {
      expect(await noticeOf(own)).to.contain('"read"')
    })
  })

  it('goes on looking while a filter has the focus, and leaves the focus there', async () => {
    await page.goto(`${api.url}/dashboard/operations/#/jobs`)
    await until(`document.querySelector('h1').textContent === 'Jobs'`)
    await page.focus('select[name=status]')
    await page.select('select[name=status]', 'failed')
    await until(`[...document.querySelectorAll('tbody .badge')].every((each) => each.textContent === 'failed')`)
    const rows = Number(await page.evaluate(`document.querySelectorAll('tbody tr').length`))
    await failingBatch('Late')
    await until(`document.querySelectorAll('tbody tr').length === ${rows + 1}`)
    expect(await page.evaluate('document.activeElement.name')).to.equal('status')
    await page.type('input[name=type]', 'instance.cl')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await page.evaluate(`document.querySelector('input[name=type]').value`)).to.equal('instance.cl')
  })

  it('is readable on a phone and in the dark', async () => {
    await page.setViewport({ width: 390, height: 844 })
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    await page.goto(`${api.url}/dashboard/operations/#/jobs?status=succeeded`)
    await waitFor('instance.create')
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390)
    await shoot('phone')
    await page.goto(`${api.url}/dashboard/operations/#/jobs?status=failed`)
    await waitFor('database_name_taken')
    await page.click('tbody a')
    await waitFor('Steps')
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390)
    await shoot('phone-job')
    await page.setViewport({ width: 1280, height: 800 })
  })

  it('leads from the queues to the jobs, and loads nothing from elsewhere', async () => {
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(api.url) && !request.url().startsWith('data:')) elsewhere.push(request.url())
    })
    await page.goto(`${api.url}/dashboard/queue/jobs-default.postgresql?status=completed`, {
      waitUntil: 'networkidle2',
    })
    await page.waitForSelector('a[href*="/dashboard/operations/#/jobs/"]')
    await page.screenshot({ path: path.join(screenshots, 'queues.png') })
    expect(elsewhere).to.deep.equal([])
    const job = await page.evaluate(`document.querySelector('a[href*="/operations/#/jobs/"]').getAttribute('href')`)
    await page.goto(`${api.url}${String(job)}`)
    await waitFor('Steps')
  })

  it('had nothing to complain of, and ran nothing that a name brought along', () => {
    expect(complaints).to.deep.equal([])
  })
})
