// Keeps node_modules small. Runs after `npm ci`, on whatever Node started npm.
import { existsSync, readdirSync, rmSync } from 'node:fs';

// The pinned Node comes with 67 MB of C++ headers that nothing here compiles against. Its binary is linked into
// node_modules/node/bin; the rest goes.
if (existsSync('node_modules/node/bin/node')) {
  rmSync('node_modules/node/node_modules', { recursive: true, force: true });
}

// viem and its ox come four times: CommonJS, TypeScript, types and ES modules. Here everything is an ES module. Their source
// maps lead to the TypeScript that goes.
const kept = new Set(['_esm', '_types', 'node_modules']);
for (const folder of ['node_modules/viem', 'node_modules/ox'].filter((path) => existsSync(`${path}/_esm`))) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const isUnused = entry.isDirectory()
      ? !kept.has(entry.name) && !hasPackage(`${folder}/${entry.name}`)
      : entry.name.endsWith('.ts');
    if (isUnused) rmSync(`${folder}/${entry.name}`, { recursive: true });
  }
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.map')))
    rmSync(`${folder}/${file}`);
}

/** A folder that only points to the right build, for tools that don't read `exports`. */
function hasPackage(folder) {
  return existsSync(`${folder}/package.json`) && readdirSync(folder).length === 1;
}
