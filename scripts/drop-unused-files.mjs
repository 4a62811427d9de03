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

// node-llama-cpp brings llama.cpp's history, to build from source (35 MB), and some binaries of other processors (20 MB). Here
// nothing is built, and prebuilt binaries of this processor are used.
rmSync('node_modules/node-llama-cpp/llama/gitRelease.bundle', { force: true });
const binaries = 'node_modules/@node-llama-cpp';
for (const name of existsSync(binaries) ? readdirSync(binaries) : []) {
  const [platform, processor] = name.split('-');
  const isOurs =
    { linux: 'linux', mac: 'darwin', win: 'win32' }[platform] === process.platform && processor === process.arch;
  if (!isOurs) rmSync(`${binaries}/${name}/bins`, { recursive: true, force: true });
}

// ONNX Runtime comes for every platform: 288 MB, of which one machine runs 46 or less.
const onnx = 'node_modules/onnxruntime-node/bin/napi-v6';
if (existsSync(`${onnx}/${process.platform}/${process.arch}`)) {
  for (const platform of readdirSync(onnx)) {
    for (const arch of readdirSync(`${onnx}/${platform}`))
      if (platform !== process.platform || arch !== process.arch)
        rmSync(`${onnx}/${platform}/${arch}`, { recursive: true });
  }
}

/** A folder that only points to the right build, for tools that don't read `exports`. */
function hasPackage(folder) {
  return existsSync(`${folder}/package.json`) && readdirSync(folder).length === 1;
}
