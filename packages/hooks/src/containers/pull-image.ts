import { Failure, type ContainerHookSettings } from '@edfi-tenants/core'
import type Docker from 'dockerode'

/** Sees to it that an engine has an image, as far as the hook lets it be pulled. */
export async function pullImage(
  engine: Docker,
  { image, pull }: Pick<ContainerHookSettings, 'image' | 'pull'>,
  signal: AbortSignal,
): Promise<void> {
  if (pull !== 'always' && (await isThere(engine, image))) return
  if (pull === 'never')
    throw new Failure('hook_failed', `The engine does not have the image "${image}", and it is not to be pulled.`)
  // Without a tag an engine would pull all there are.
  const reference = /[:@][^/]*$/.test(image) ? image : `${image}:latest`
  const stream = await engine.pull(reference, { abortSignal: signal })
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()))
  })
}

const isThere = (engine: Docker, image: string): Promise<boolean> =>
  engine
    .getImage(image)
    .inspect()
    .then(
      () => true,
      (error: unknown) => {
        if ((error as { statusCode?: number }).statusCode === 404) return false
        throw error
      },
    )
