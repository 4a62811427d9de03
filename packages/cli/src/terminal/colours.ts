import picocolors from 'picocolors';

const { isColorSupported, createColors } = picocolors;
const { FORCE_COLOR } = process.env;
const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';

/** Colours where a person looks, at a terminal, or where FORCE_COLOR asks for them; never in what is captured, as picocolors has them under CI. */
export const pc = createColors(isColorSupported && (process.stdout.isTTY === true || isForced));
