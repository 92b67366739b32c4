// Compiles styles and scripts into ../static/build with content-hashed names and a manifest
// {logical name: file name}, which the portal reads at start.

import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join, basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const finished = join(here, '..', 'static', 'build')
const building = `${finished}.${process.pid}`
const manifest = {}

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 10)

async function keep (logical, content) {
  const extension = extname(logical)
  const file = `${basename(logical, extension)}.${hash(content)}${extension}`
  await writeFile(join(building, file), content)
  manifest[logical] = file
  return file
}

const mojFoundation = {
  findFileUrl: (url) => url === 'node_modules/govuk-frontend/dist/govuk/base'
    ? pathToFileURL(join(here, 'scss', '_moj-foundation.scss'))
    : null
}

async function styles (name) {
  const compiled = sass.compile(join(here, 'scss', `${name}.scss`), {
    loadPaths: [join(here, 'node_modules')],
    importers: [mojFoundation],
    style: 'compressed',
    quietDeps: true
  })
  const fonts = new Map()
  for (const [, path] of compiled.css.matchAll(/url\("?(@fontsource\/[^")]+)"?\)/g)) {
    const content = await readFile(join(here, 'node_modules', path))
    fonts.set(path, await keep(basename(path), content))
  }
  const css = compiled.css.replace(/url\("?(@fontsource\/[^")]+)"?\)/g, (_, path) => `url("${fonts.get(path)}")`)
  await keep(`${name}.css`, css)
}

async function scripts (name) {
  const bundle = await esbuild.build({
    entryPoints: [join(here, 'js', `${name}.js`)],
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2020',
    write: false
  })
  await keep(`${name}.js`, bundle.outputFiles[0].contents)
}

async function pictures () {
  for (const name of await readdir(join(here, 'pictures'))) {
    await keep(name, await readFile(join(here, 'pictures', name)))
  }
}

await mkdir(building, { recursive: true })
// the pages, and the documentation of the interface with Swagger UI
const bundles = ['portal', 'documentation']
await Promise.all([...bundles.map(styles), ...bundles.map(scripts), pictures()])
await writeFile(join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
// in place at once, so that a portal that is starting never sees half a build
await rm(finished, { recursive: true, force: true })
await rename(building, finished)
console.log(`${Object.keys(manifest).length} files`)
