import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';

/** A file that is coming in: how much of it is there, hashed, and how its server names the version that it is a part of. */
export class PartialFile {
  readonly path: string;
  #file: FileHandle;
  #hash: Hash;
  #bytes: number;
  #validator: string;

  private constructor(path: string, file: FileHandle, hash: Hash, bytes: number, validator: string) {
    this.path = path;
    this.#file = file;
    this.#hash = hash;
    this.#bytes = bytes;
    this.#validator = validator;
  }

  /** Opens what an earlier fetch has left, or begins. */
  static async open(path: string, { signal }: { signal: AbortSignal }): Promise<PartialFile> {
    const hash = createHash('sha256');
    let bytes = 0;
    if ((await stat(path).catch(() => undefined)) !== undefined) {
      for await (const piece of createReadStream(path, { signal })) {
        hash.update(piece);
        bytes += piece.length;
      }
    }
    const validator = await readFile(`${path}.version`, 'utf8').catch(() => '');
    return new PartialFile(path, await open(path, 'a', 0o600), hash, bytes, validator);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** For `If-Range`: a strong entity tag or a date; empty when the server names no version. */
  get validator(): string {
    return this.#validator;
  }

  /** Begins anew, with another version. */
  async restart(validator: string): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.#bytes = 0;
    this.#validator = validator;
    await writeFile(`${this.path}.version`, validator);
  }

  async append(piece: Uint8Array): Promise<void> {
    await this.#file.appendFile(piece);
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  /** SHA-256 of what is there, hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Ends the writing: after it, a power cut loses nothing. */
  async close(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }

  /** Ends it and leaves nothing. */
  async discard(): Promise<void> {
    await this.#file.close();
    for (const path of [this.path, `${this.path}.version`]) await rm(path, { force: true });
  }
}
