/**
 * The virtual world for tests of one's own apps, public as "motet/world": eight hours of device time in milliseconds. The app runs
 * in the firmware that ships, against the local cloud of a platform, over a network that a test can spoil.
 *
 *     const world = createWorld({ seed: 1 });
 *     const device = world.boot(app);
 *     world.run("8h");
 *     expect(world.cloud.values(device, "temperature")).toHaveLength(481);
 */
export { createWorld } from "./lab";
export type { BootOptions, CloudSide, Lab, LabOptions, Tested } from "./lab";
export type { Said } from "./device";
export type { Conditions } from "../world/conditions";
