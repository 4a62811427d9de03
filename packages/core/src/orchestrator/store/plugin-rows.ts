import type { DatabaseSync } from 'node:sqlite';
import type { Manifest } from '../../manifest/manifest.ts';
import type { ModelSpec } from '../../manifest/model-spec.ts';
import type { WorkerResources } from '../../manifest/worker-resources.ts';
import type { PluginSource } from '../../runtime/container-runtime.ts';
import type { PluginPrices } from '../plugin-host.ts';
import { attemptStore } from './attempt-store.ts';

/** The table of plugins. */
export const pluginsMigration = `
CREATE TABLE plugins (
  plugin_id TEXT PRIMARY KEY,
  manifest_json TEXT NOT NULL,
  artifact TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_json TEXT NOT NULL,
  price_json TEXT NOT NULL,
  installed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** What an operator sets for a plugin's workers, added later. */
export const pluginEnvironmentMigration = "ALTER TABLE plugins ADD COLUMN environment_json TEXT NOT NULL DEFAULT '{}';";

/** The models that an operator names for a plugin, added later. */
export const pluginModelsMigration = "ALTER TABLE plugins ADD COLUMN models_json TEXT NOT NULL DEFAULT '[]';";

/** What an operator gives a plugin's workers in the place of what the manifest asks for, added later. */
export const pluginResourcesMigration = "ALTER TABLE plugins ADD COLUMN resources_json TEXT NOT NULL DEFAULT '{}';";

/** A price of a plugin became the price of its capabilities, and each may have one of its own. */
export const capabilityPricesMigration =
  "UPDATE plugins SET price_json = json_object('default', json(price_json), 'capabilities', json('{}'));";

/** An installed plugin. */
export interface PluginRow {
  readonly pluginId: string;
  readonly manifest: Manifest;
  readonly artifact: string;
  readonly digest: string;
  readonly source: PluginSource;
  readonly prices: PluginPrices;
  /** More environment for its workers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Those that the operator has named, besides the manifest's. */
  readonly models: readonly ModelSpec[];
  /** What the operator gives in the place of what the manifest asks for. */
  readonly resources: WorkerResources;
  /** Milliseconds since the Unix epoch. */
  readonly installedAt: number;
}

/** The installed plugins. Each function throws ByocError DISK_FULL, DATA_DIRECTORY_CORRUPT or DATA_DIRECTORY_UNREADABLE. */
export interface PluginRows {
  list(): readonly PluginRow[];
  put(row: PluginRow): void;
  remove(pluginId: string): void;
}

/** Keeps plugin rows in a database that has the plugins migration. The path of its directory is for error texts. */
export function createPluginRows(database: DatabaseSync, path: string): PluginRows {
  const list = database.prepare('SELECT * FROM plugins ORDER BY installed_at, plugin_id');
  const put = database.prepare('INSERT OR REPLACE INTO plugins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM plugins WHERE plugin_id = ?');
  return {
    list: () =>
      attemptStore(path, () =>
        list.all().map((row) => ({
          pluginId: String(row['plugin_id']),
          manifest: JSON.parse(String(row['manifest_json'])),
          artifact: String(row['artifact']),
          digest: String(row['digest']),
          source: JSON.parse(String(row['source_json'])),
          prices: JSON.parse(String(row['price_json'])),
          installedAt: Number(row['installed_at']),
          environment: JSON.parse(String(row['environment_json'])),
          models: JSON.parse(String(row['models_json'])),
          resources: JSON.parse(String(row['resources_json'])),
        })),
      ),
    put: ({ pluginId, manifest, artifact, digest, source, prices, environment, models, resources, installedAt }) =>
      attemptStore(
        path,
        () =>
          void put.run(
            pluginId,
            JSON.stringify(manifest),
            artifact,
            digest,
            JSON.stringify(source),
            JSON.stringify(prices),
            installedAt,
            JSON.stringify(environment),
            JSON.stringify(models),
            JSON.stringify(resources),
          ),
      ),
    remove: (pluginId) => attemptStore(path, () => void remove.run(pluginId)),
  };
}
