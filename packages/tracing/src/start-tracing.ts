/** What sends traces. */
export interface Tracing {
  /** Sends what is left, for two seconds at most, and stops. */
  close(): Promise<void>
}

const closeWithinMs = 2_000

/**
 * Sends the traces of this process by OTLP over HTTP. Where to, how much of them and with which headers, the SDK reads
 * from the environment: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`,
 * `OTEL_RESOURCE_ATTRIBUTES`, … https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * `service` is its name unless `OTEL_SERVICE_NAME` says otherwise. A collector that cannot be reached costs spans, never work.
 */
export async function startTracing(service: string): Promise<Tracing> {
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const provider = new NodeTracerProvider({
    resource: resources
      .resourceFromAttributes({ 'service.name': service, 'service.namespace': 'edfi-tenants' })
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  return {
    async close() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeWithinMs)
      })
      await Promise.race([provider.shutdown().catch(() => undefined), late])
      clearTimeout(timer)
    },
  }
}
