/** On the wire. */
export const LIVEPEER = 'livepeer';
