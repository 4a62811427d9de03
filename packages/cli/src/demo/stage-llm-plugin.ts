import { constants, copyFile, cp, mkdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the plugin that serves language models. */
export function llmFolder(): string {
  return fileURLToPath(new URL('.', import.meta.resolve('@byoc/plugin-llm/package.json')));
}

/** Makes a copy of the plugin's folder with one model in it, for an image or a process. */
export async function stageLlmPlugin(model: string, folder: string): Promise<void> {
  const source = llmFolder();
  for (const name of ['Dockerfile', '.dockerignore', 'package.json', 'plugin.json', 'dist', 'tiny-model'])
    await cp(join(source, name), join(folder, name), { recursive: true });
  await mkdir(join(folder, 'models'));
  // A clone where the file system can: models are large.
  await copyFile(model, join(folder, 'models', basename(model)), constants.COPYFILE_FICLONE);
  // For a process; an image has its own.
  await symlink(join(folder, 'dist/engine'), join(folder, 'node_modules'));
}
