export { type FfmpegOrigin, type FindFfmpegOptions, type FoundFfmpeg, findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
