/** The instance of all examples. */
export const instanceId = '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d'

/** The job that creates it. */
export const jobId = 'b1f7a2de-5f0a-4f43-8f2e-6a7f5d1c9e10'
