/** What goes wrong between a device and the servers. */
import type { Conditions } from "../world/conditions";
import type { FaultKind, Setting, Settings } from "./fault";
import { change } from "./weather";

const share = (usual: number): Setting => ({ unit: "share", least: 0, most: 1, usual });

/** A kind that holds for a while and changes the network's conditions. */
function condition(name: string, says: string, settings: FaultKind["settings"], changed: (settings: Settings) => Partial<Conditions>): FaultKind {
  return { name, says, befalls: "device", settings, begin: (_stage, device, values) => change(device!.machine, changed(values)) };
}

export const networkKinds: readonly FaultKind[] = [
  condition("slow-network", "packets take long", { latency: { unit: "ms", least: 1, most: 60000, usual: 2000 } }, ({ latency }) => ({
    latencyMs: { min: Math.ceil(latency! / 4), max: latency! },
  })),
  condition("tcp-loss", "TCP segments are lost and sent again", { rate: share(0.2) }, ({ rate }) => ({ tcpLossRate: rate! })),
  condition("small-segments", "TCP bytes arrive in crumbs", { size: { unit: "bytes", least: 1, most: 1460, usual: 7 } }, ({ size }) => ({
    tcpSegmentBytes: { min: 1, max: size! },
  })),
  condition("udp-loss", "datagrams are lost", { rate: share(0.3) }, ({ rate }) => ({ udpLossRate: rate! })),
  condition("udp-duplicates", "datagrams arrive twice", { rate: share(0.3) }, ({ rate }) => ({ udpDuplicateRate: rate! })),
  condition("udp-reorder", "datagrams overtake each other", { rate: share(0.3), held: { unit: "ms", least: 1, most: 60000, usual: 500 } }, ({ rate, held }) => ({
    udpReorderRate: rate!,
    udpReorderMs: held!,
  })),
  condition("connects-refused", "the server refuses connections", {}, () => ({ tcpConnect: "refuse" })),
  condition("connects-silent", "connection attempts meet no answer", {}, () => ({ tcpConnect: "silent" })),
  condition("dns-fails", "names are not resolved", {}, () => ({ dns: "fail" })),
  condition("dns-silent", "questions for names meet no answer", {}, () => ({ dns: "silent" })),
  {
    name: "cut-connection",
    says: "a connection breaks after some more bytes, in either direction",
    befalls: "device",
    settings: { within: { unit: "bytes", least: 0, most: 65536, usual: 200 } },
    begin: (_stage, device, { within }, random) => {
      for (const link of device!.machine.links) link.cutAfter(random.chance(0.5) ? "up" : "down", random.below(within! + 1));
      return undefined;
    },
  },
  {
    name: "half-open",
    says: "a connection swallows everything and neither side is told",
    befalls: "device",
    settings: {},
    begin: (_stage, device) => {
      for (const link of device!.machine.links) link.freeze();
      return undefined;
    },
  },
  {
    name: "wifi-gone",
    says: "every access point is gone",
    befalls: "all",
    settings: {},
    begin: ({ world }) => {
      world.setAccessPoints({ present: false });
      return () => world.setAccessPoints({ present: true });
    },
  },
];
