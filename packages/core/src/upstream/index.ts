export { freePort } from './free-port.ts';
export { SupervisedCommand } from './supervised-command.ts';
export {
  type UpstreamCall,
  UpstreamClient,
  type UpstreamClientOptions,
  type UpstreamFile,
} from './upstream-client.ts';
export {
  createUpstreamFailures,
  type UpstreamFailureFacts,
  type UpstreamFailures,
  type UpstreamReason,
  type UpstreamWords,
} from './upstream-failures.ts';
