/** What suites of watchers of ThingsBoard share: a cloud, a device that counts its alarms unless told otherwise, and what it heard. */
import type { Host } from "../../firmware/agent/thing";
import { watch } from "../../firmware/agent/watch";
import { wsWatch } from "../../firmware/agent/watch-ws";
import { thingsboardRealtime } from "../../firmware/platform/thingsboard/realtime";
import { alarmCount, allDevices } from "../../firmware/platform/thingsboard/watch";
import type { ModelLimits } from "../../sim/cloud/thingsboard/types";
import type { WatchSettings } from "../../sim/engines/program";
import type { WorldOptions } from "../../sim/world/world";
import { user, watchedThingsboard } from "./thingsboard-watch";
import type { WatchedThingsboard } from "./thingsboard-watch";
import { createWatchDevice } from "./watch-world";
import type { WatchDevice } from "./watch-world";

export interface Bench {
  readonly cloud: WatchedThingsboard;
  readonly device: WatchDevice;
  readonly heard: unknown[];
}

export interface Wanted {
  readonly seed?: number;
  readonly limits?: Partial<ModelLimits>;
  readonly settings?: Partial<WatchSettings>;
  readonly world?: Partial<WorldOptions>;
  readonly define?: (host: Host, cloud: WatchedThingsboard, heard: unknown[]) => void;
}

/** Counts alarms unless told otherwise. */
export function bench({ seed = 1, limits = {}, settings = {}, world = {}, define }: Wanted = {}): Bench {
  const cloud = watchedThingsboard(seed, limits, world);
  const heard: unknown[] = [];
  const definition = (host: Host): void => {
    if (define !== undefined) return define(host, cloud, heard);
    watch(host, { of: alarmCount({ status: ["ACTIVE"] }, allDevices()), type: "number" }, (count) => void heard.push(count));
  };
  const device = createWatchDevice(cloud.world, { driver: () => wsWatch(thingsboardRealtime()), watch: { user: user.email, secret: user.password, ...settings }, definition });
  return { cloud, device, heard };
}

/** Until it has been live so many times, and has heard what held then. */
export function untilLive({ cloud, device }: Bench, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("watching").length >= times, 1800000)).toBe(true);
  cloud.world.run(1000);
}

/** Codes of the losses so far. */
export const lost = ({ device }: Bench): number[] => device.told("watchLost").map(({ number }) => number);
