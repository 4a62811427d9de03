import { entry } from '../error-entry.ts';
import type { FieldIssue } from './capability.ts';

/** Manifests of plugins. */
export const manifestErrors = {
  MANIFEST_MISSING: entry<{ location: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `No plugin manifest was found at ${f.location}.`,
    hint: () => 'A plugin folder needs a `plugin.json`; an image needs the label `dev.byoc.manifest`.',
  }),
  MANIFEST_MALFORMED: entry<{ location: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The plugin manifest at ${f.location} is not JSON: ${f.reason}.`,
    hint: () => 'Rebuild the plugin so that its `plugin.json` is written anew.',
  }),
  MANIFEST_INVALID: entry<{ location: string; issues: FieldIssue[] }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) =>
      `The plugin manifest at ${f.location} is invalid: ${f.issues.map((i) => `\`${i.path}\` ${i.message}`).join('; ')}.`,
    hint: () => 'Correct the named fields; docs/spec/manifest.md describes each.',
  }),
  MANIFEST_PROTOCOL_UNSUPPORTED: entry<{ location: string; protocol: string; supported: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'give-up',
    message: (f) => `The plugin at ${f.location} speaks ${f.protocol}; this version speaks ${f.supported.join(', ')}.`,
    hint: () => 'Upgrade BYOC on this machine, or install an older version of the plugin.',
  }),
  MANIFEST_DIGEST_MISMATCH: entry<{ capability: string; expected: string; actual: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `The contract of ${f.capability} has digest ${f.actual}, but ${f.expected} was stated.`,
    hint: () => 'The two sides know different contracts: rebuild the plugin, or fetch its contract anew.',
  }),
  MANIFEST_CAPABILITY_DUPLICATE: entry<{ location: string; capability: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The plugin manifest at ${f.location} names ${f.capability} twice.`,
    hint: () => 'Give each capability a name of its own, or a different version.',
  }),
} as const;
