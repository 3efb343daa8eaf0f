/**
 * `npm run bench`: installs and builds what is missing, then measures (see docs/benchmarks.md). `-- --help` lists the
 * options.
 */
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'

const say = (text) => process.stderr.write(`${text}\n`)

await prepareInstallation(say)
await prepareBuild(say)
const { register } = await import('tsx/esm/api')
register()
const { main } = await import('../bench/main.ts')
process.exitCode = await main(process.argv.slice(2))
