export {
  type ClaimedTranscode,
  type TranscodeProof,
  type VerifiedRendition,
  type VerifyTranscodeOptions,
  verifyTranscode,
} from './proof/verify-transcode.ts';
