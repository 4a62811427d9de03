import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// Copies node-llama-cpp and all it needs, as npm installed them here, to dist/engine: an image is built from the lock file's
// versions, without a network. What only builds llama.cpp from source stays out.
const target = join(import.meta.dirname, '../dist/engine');
const home = join(dirname(fileURLToPath(import.meta.resolve('node-llama-cpp'))), '..');
const modules = dirname(home);
const version = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')).version as string;
const stamp = join(target, '.version');
if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== version) {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const copied = new Set<string>();
  await copyPackage(home, copied);
  await writeFile(stamp, version);
}

async function copyPackage(folder: string, copied: Set<string>): Promise<void> {
  if (copied.has(folder)) return;
  copied.add(folder);
  const nested = join(folder, 'node_modules');
  const isNeeded = (path: string) =>
    !path.startsWith(nested) && !/\.(map|d\.ts|md|bundle)$|\/llama\/(addon|cmake|profiles|patches)\//.test(path);
  await cp(folder, join(target, relative(modules, folder)), { recursive: true, filter: isNeeded, dereference: true });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = findPackage(folder, name);
    if (found !== undefined) await copyPackage(found, copied);
    else if (name in dependencies) throw new Error(`${name}, which ${folder} needs, is not installed`);
  }
}

/** As Node finds it: beside its users, then further out. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; folder.startsWith(modules); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  const hoisted = join(modules, name);
  return existsSync(join(hoisted, 'package.json')) ? hoisted : undefined;
}
