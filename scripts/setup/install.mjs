import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { npm } from './npm.mjs'
import { repository } from './repository.mjs'

function readJson(file) {
  try {
    return JSON.parse(readFileSync(path.join(repository, file), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for, by the list that npm keeps in there. Packages for other
 * platforms are never there and not missed.
 */
export function isInstalled() {
  const wanted = readJson('package-lock.json')?.packages
  const present = readJson(path.join('node_modules', '.package-lock.json'))?.packages
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([place, { version, link, optional, os, cpu }]) => {
    if (!place.includes('node_modules/') || optional || os || cpu) return true
    if (link) return existsSync(path.join(repository, place))
    return present[place]?.version === version
  })
}

/**
 * Installs the packages unless they are there; npm's output goes to stderr. Install scripts are left out: none is needed,
 * and one of them would download a program. Throws when npm fails.
 */
export async function install() {
  const options = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund']
  if (await npm(['ci', ...options], { cwd: repository })) return
  process.stderr.write('npm ci failed; trying npm install.\n')
  if (!(await npm(['install', ...options], { cwd: repository })))
    throw new Error('The packages could not be installed; npm says why above.')
}
