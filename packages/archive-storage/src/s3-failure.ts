import { S3ServiceException } from '@aws-sdk/client-s3'
import { Failure, isFailure } from '@edfi-tenants/core'
import { corrupt } from './archive-format.js'

/** What a fault of S3 means here. Anything but a missing or changed object may be gone the next time. */
export function s3Failure(error: unknown): never {
  if (isFailure(error)) throw error
  const name = error instanceof Error ? error.name : 'error'
  if (name === 'NoSuchKey' || name === 'NotFound') throw corrupt('Its object is gone.')
  if (name === 'PreconditionFailed' || name === 'InvalidRange') throw corrupt('Its object was replaced by another one.')
  const said = error instanceof S3ServiceException ? `${name}, status ${error.$metadata.httpStatusCode ?? '?'}` : name
  throw new Failure('storage_unavailable', `The bucket for archives cannot be used (${said}).`, {
    retryable: true,
    cause: error,
  })
}
