// Lays the native libraries that the image needs into `image/node_modules`: ONNX Runtime and sharp for Linux on this processor, with what they
// import. So the image is built without a network. Runs on whatever Node started npm.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(folder, 'image', 'node_modules');
const arch = process.env.BYOC_IMAGE_ARCH ?? process.arch;
const staged = new Set();

rmSync(target, { recursive: true, force: true });
for (const name of ['onnxruntime-node', 'sharp', `@img/sharp-linux-${arch}`, `@img/sharp-libvips-linux-${arch}`])
  stage(name, folder);

/** Copies a package, and those that it imports. */
function stage(name, from) {
  if (staged.has(name)) return;
  staged.add(name);
  const source = find(name, from);
  if (source === undefined) {
    process.stderr.write(
      `${name} is not installed: npm install --no-save --os=linux --cpu=${arch} onnxruntime-node sharp\n`,
    );
    return;
  }
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  mkdirSync(join(target, dirname(name)), { recursive: true });
  cpSync(source, join(target, name), {
    recursive: true,
    dereference: true,
    filter: (path) => !isUnused(path.slice(source.length).replaceAll('\\', '/')),
  });
  // Its installer's alone.
  const skipped = new Set(name === 'onnxruntime-node' ? ['adm-zip', 'global-agent'] : []);
  for (const other of Object.keys(manifest.dependencies ?? {})) if (!skipped.has(other)) stage(other, source);
}

function isUnused(path) {
  if (/\/(?:node_modules|script|src\/.*\.cc)$|\.(?:map|md|d\.ts)$/.test(path)) return true;
  const native = /^\/bin\/napi-v6\/([^/]+)(?:\/([^/]+))?/.exec(path);
  return native !== null && (native[1] !== 'linux' || (native[2] !== undefined && native[2] !== arch));
}

function find(name, from) {
  for (const base of createRequire(join(from, 'x.js')).resolve.paths(name) ?? [])
    if (existsSync(join(base, name, 'package.json'))) return join(base, name);
  return undefined;
}
