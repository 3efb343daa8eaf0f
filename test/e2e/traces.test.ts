import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { startApiProcess, type ApiProcess } from '../support/api-process.js'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { startTraceCollector, type ReceivedSpan } from '../support/trace-collector.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

describe('the trace of a request', function () {
  this.timeout(60_000)
  const secret = randomBytes(32).toString('base64url')
  const clientTrace = randomBytes(16).toString('hex')
  const clientSpan = randomBytes(8).toString('hex')
  let stack: JobStack
  let collector: Awaited<ReturnType<typeof startTraceCollector>>
  let api: ApiProcess
  let worker: WorkerProcess

  before(async () => {
    stack = await startJobStack()
    collector = await startTraceCollector()
    const environment = {
      ...stack.workerEnvironment,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    }
    worker = startWorkerProcess(environment)
    api = await startApiProcess({
      ...environment,
      TOKEN_SIGNING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      BOOTSTRAP_CLIENT_ID: 'first',
      BOOTSTRAP_CLIENT_SECRET: secret,
      OTEL_SERVICE_NAME: 'front-door',
    })
  })
  after(async () => {
    await api.stop()
    await worker.stop()
    collector.close()
    await stack.close()
  })

  /** The spans of the client's trace, once there is one that it waits for. */
  async function traced(isThere: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> {
    for (;;) {
      const spans = collector.spans.filter((span) => span.traceId === clientTrace)
      if (isThere(spans)) return spans
      await pause(50)
    }
  }

  it("goes from the client's call through the queue to each step and each call of Admin API", async () => {
    const answer = await fetch(`${api.url}/v1/instances`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.signIn('first', secret)}`,
        'content-type': 'application/json',
        traceparent: `00-${clientTrace}-${clientSpan}-01`,
      },
      body: JSON.stringify({ tenant: 'district-one', name: 'Traced', template: 'minimal' }),
    })
    expect(answer.status).to.equal(202)
    const { job } = (await answer.json()) as { job: { id: string; instance: { id: string } | null } }
    const ended = await stack.waitForJob(job.id)
    expect(ended.status).to.equal('succeeded')
    const ends = (spans: ReceivedSpan[]) => spans.filter((span) => span.name === 'instance.create')
    // A job that waits for its slot is claimed again: the last of its parts has the last step below it.
    const last = ended.steps.at(-1)?.name
    const spans = await traced((all) => {
      const step = all.find((span) => span.name === last)
      return step !== undefined && ends(all).some((span) => span.spanId === step.parentSpanId)
    })
    const of = (name: string): ReceivedSpan => spans.find((span) => span.name === name)!

    const request = of('POST /v1/instances')
    expect(request).to.deep.include({ service: 'front-door', parentSpanId: clientSpan, kind: 2 })
    expect(Number(request.attributes['http.response.status_code'])).to.equal(202)
    const parts = ends(spans)
    for (const part of parts) {
      expect(part).to.deep.include({ service: 'edfi-tenants-worker', parentSpanId: request.spanId, kind: 5 })
      expect(part.attributes).to.include({ 'tm.job.id': job.id, 'tm.tenant': 'district-one' })
    }
    const ids = parts.map((part) => part.spanId)
    expect(ids).to.include(of('wait for a worker').parentSpanId)
    for (const { name } of ended.steps) expect(ids, name).to.include(of(name).parentSpanId)
    const registering = spans.find((span) => span.name === 'POST /v2/odsInstances')!
    expect(registering.kind).to.equal(3)
    expect(ended.steps.map((step) => step.name)).to.include(
      spans.find((span) => span.spanId === registering.parentSpanId)?.name,
    )
    expect(spans.map((span) => span.name).join(' ')).not.to.match(/\/\d+/)
  })

  it('shows nothing of a request that its client does not want traced', async () => {
    const unwanted = randomBytes(16).toString('hex')
    const traceparent = (trace: string, flags: string) => ({ traceparent: `00-${trace}-${clientSpan}-${flags}` })
    await fetch(`${api.url}/v1/instances`, { headers: traceparent(unwanted, '00') }).then((each) => each.body?.cancel())
    await fetch(`${api.url}/v1/tenants`, { headers: traceparent(clientTrace, '01') }).then((each) =>
      each.body?.cancel(),
    )
    await traced((all) => all.some((span) => span.name === 'GET /v1/tenants'))
    expect(collector.spans.map((span) => span.traceId)).not.to.include(unwanted)
  })
})
