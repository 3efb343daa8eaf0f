import type { Provisioner } from './provisioner.js'

/** Every operation of the contract that is not optional. */
export const requiredOperations = [
  'testServer',
  'listDatabases',
  'createDatabase',
  'dropDatabase',
  'stopDatabase',
  'startDatabase',
  'renameDatabase',
  'retireDatabase',
  'reviveDatabase',
  'adoptDatabase',
  'releaseDatabase',
  'exportFormats',
  'exportDatabase',
  'probeDatabases',
  'countDatabase',
  'runScripts',
  'verifyDatabase',
  'registeredConnectionString',
  'databaseSize',
] as const satisfies readonly (keyof Provisioner)[]
