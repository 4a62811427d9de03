/** What one line of an engine's build or pull stream says. */
export interface EngineMessage {
  /** A line for a person; empty when there is none. */
  readonly text: string;
  readonly error: string | undefined;
  /** 0 to 1, over the layers known so far; pulls only. */
  readonly fraction: number | undefined;
}

/** Reads the JSON messages of an engine's stream, keeping what it needs to know of layers. */
export function createProgressParser(): (message: unknown) => EngineMessage {
  const layers = new Map<string, { current: number; total: number }>();
  return (message) => {
    const { stream, status, id, error, progressDetail } = message as {
      stream?: string;
      status?: string;
      id?: string;
      error?: string;
      progressDetail?: { current?: number; total?: number };
    };
    const { current, total } = progressDetail ?? {};
    if (id !== undefined && current !== undefined && total !== undefined && status === 'Downloading')
      layers.set(id, { current, total });
    if (id !== undefined && (status === 'Download complete' || status === 'Pull complete')) {
      const layer = layers.get(id);
      if (layer !== undefined) layers.set(id, { ...layer, current: layer.total });
    }
    const sum = (of: 'current' | 'total') => [...layers.values()].reduce((before, layer) => before + layer[of], 0);
    const all = sum('total');
    return {
      text: (stream ?? (status === undefined ? '' : id === undefined ? status : `${id}: ${status}`)).trim(),
      error,
      fraction: all === 0 ? undefined : Math.min(1, sum('current') / all),
    };
  };
}
