import { makeSource, picture, quick } from '../make-source.ts';
import type { SourceRow } from './source-row.ts';

const small = (path: string) => makeSource(path, [...picture('160x90', 10, 1), ...quick, '-f', 'mp4']);
const refused = 'limit-exceeded';

/** More than the operator allows: 1 megapixel, 4 MB, 5 megapixels a second, 2 outputs, 3 renditions. */
export const limitedJobs: readonly SourceRow[] = [
  {
    source: 'a file that is too large',
    make: (path) => makeSource(path, ['-f', 'lavfi', '-i', 'anoisesrc=duration=50', '-f', 'wav']),
    ...{ refused, says: /The job has 4800\d+ bytes of source; at most 4000000 are allowed here/ },
  },
  {
    source: 'too many outputs',
    make: small,
    input: { outputs: [{ kind: 'hls' }, { kind: 'mp4' }, { kind: 'thumbnails' }] },
    ...{ refused, says: /The job has 3 outputs; at most 2 are allowed here/ },
  },
  {
    source: 'a canvas with too many pixels',
    make: small,
    input: { picture: { pad: { aspect: '1:400' } } },
    ...{ refused, says: /10240000 pixels a picture; at most 1000000 are/ },
  },
  {
    source: 'too many renditions',
    make: small,
    input: { ladder: [90, 80, 70, 60].map((height) => ({ height })) },
    ...{ refused, says: /The job has 4 renditions; at most 3 are allowed here/ },
  },
  {
    source: 'too many pixels a second',
    make: (path) => makeSource(path, [...picture('320x180', 120, 0.1), ...quick, '-f', 'mp4']),
    ...{ refused, says: /The job has 6912000 pixels a second; at most 5000000 are allowed here/ },
  },
];
