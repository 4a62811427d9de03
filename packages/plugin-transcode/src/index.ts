export type { AudioSettings } from './capability/audio-settings.ts';
export type { TranscodeInput } from './capability/input.ts';
export type { OutputResult, RenditionResult, SourceProbe, TranscodeOutput } from './capability/output.ts';
export type { OutputRequest } from './capability/output-request.ts';
export type { RateControl, RenditionRequest, VideoSettings } from './capability/video-settings.ts';
export { transcode } from './capability.ts';
export type { LiveEvent, LiveInput, LiveOutput, LiveUpdate } from './live/live-capability.ts';
export { live } from './live/live-capability.ts';
export { livePartName } from './live/plan/live-part-name.ts';
