import { randomUUID } from 'node:crypto'
import { open, rename } from 'node:fs/promises'

/**
 * Writes a file so that a reader, and a crash, finds the old one or the new one and nothing between.
 * @param {string} file
 * @param {string} text
 */
export async function writeWhole(file, text) {
  const unfinished = `${file}.${randomUUID()}.tmp`
  const handle = await open(unfinished, 'wx')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, file)
}
