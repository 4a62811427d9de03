/**
 * Accelerators, graphics and cameras. No memory, disk, kernel log or network device: those are the host itself; and no
 * folder, of which the engine would pass on every device.
 */
const GRANTABLE =
  /^\/dev\/(dri\/(card|renderD)\d+|nvidia\d+|nvidiactl|nvidia-modeset|nvidia-uvm(-tools)?|nvidia-caps\/nvidia-cap\d+|kfd|accel\/accel\d+|video\d+|media\d+)$/;

/** Tells whether a device file may be passed to a worker that asks for it. */
export function isGrantableDevice(path: string): boolean {
  return GRANTABLE.test(path);
}
