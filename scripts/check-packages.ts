import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Packs every published package and checks its tarball as a user's resolver and type checker would see it.
const bin = (name: string) => join('tools', 'node_modules', '.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'byoc-pack-'));
try {
  for (const name of ['core', 'plugin-transcode', 'plugin-llm', 'plugin-diffusion', 'cli']) {
    const folder = join('packages', name);
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', scratch], {
        cwd: folder,
        encoding: 'utf8',
      }),
    );
    const tarball = join(scratch, packed.filename);
    execFileSync(bin('publint'), ['run', tarball, '--strict'], { stdio: 'inherit' });
    if (name !== 'cli') execFileSync(bin('attw'), [tarball, '--profile', 'esm-only'], { stdio: 'inherit' });
    console.log(`${packed.name}@${packed.version}: ${packed.files.length} files, ${packed.size} bytes packed`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
