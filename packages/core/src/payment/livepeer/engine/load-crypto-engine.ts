import { type Logger, silentLogger } from '../../../primitives/logger.ts';
import { createPortableEngine } from '../../keys/create-portable-engine.ts';
import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { loadNativeEngine } from './load-native-engine.ts';
import { loadWasmEngine } from './load-wasm-engine.ts';

/** Loads the fastest engine that works here, and says in the log which one it is and why no faster one. */
export async function loadCryptoEngine({ logger = silentLogger }: { logger?: Logger } = {}): Promise<CryptoEngine> {
  const missing: Record<string, string> = {};
  for (const [name, load] of Object.entries({ native: loadNativeEngine, wasm: loadWasmEngine })) {
    try {
      const engine = await load();
      logger.info({ engine: engine.name, missing }, 'ticket engine chosen');
      return engine;
    } catch (cause) {
      missing[name] = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    }
  }
  logger.warn({ engine: 'portable', missing }, 'ticket engine chosen');
  return createPortableEngine();
}
