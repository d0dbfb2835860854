/**
 * What an image of a NodeMCU board holds in the memory of an ordinary Lua interpreter: booted in the virtual world against the
 * local cloud, connected, subscribed, its log empty, after a collection.
 */
import { CODES, createCloudWorld, settings } from "./thethings-world";
import { startLua } from "../../sim/engines/lua/engine";
import type { LuaBoot } from "../../sim/engines/lua/engine";
import type { Image } from "../../sim/engines/image";
import { parseLogLine } from "../../sim/engines/log-line";
import { createEngineDevice, network, runFor, runUntil, stopEngines } from "../engines/rig";

const MINUTE = 60000;

/** Bytes at rest, half a minute after a reading has arrived. */
export function luaHeapAtRest(root: string, image: Image, lua: "5.1" | "5.3"): number {
  const cloud = createCloudWorld({ seed: 7 });
  let boot: LuaBoot | undefined;
  const device = createEngineDevice(
    cloud.world,
    (ports, watcher) => {
      boot = startLua(lua, root, image, ports, {
        console: (line) => {
          const record = parseLogLine(line);
          if (record !== undefined) watcher.said(record.event, record.number, record.text);
        },
        failed: (message) => watcher.failed(message),
      });
      return boot;
    },
    settings({ ...network, code: CODES[0]! }),
  );
  try {
    runUntil(cloud.world, device, () => device.told("drained").length + device.told("published").length > 0, 3 * MINUTE);
    runFor(cloud.world, device, MINUTE / 2);
    return boot!.heap();
  } finally {
    stopEngines();
  }
}
