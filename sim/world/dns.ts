/**
 * Names in the virtual world. What a valid host name is, is shared with the desk's resolver.
 */
import type { DnsPort } from "../../hal/ports/dns";
import { Fault } from "../../hal/ports/fault";
import type { Boot } from "./boot";
import type { Conditions } from "./conditions";
import type { Radio } from "./radio";
import type { Random } from "./random";

const HOST_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;
/** After this a resolver without an answer gives up, ms. */
const DNS_TIMEOUT_MS = 5000;

/** An IPv4 address in four decimal numbers: the only form of address in the ports. */
export function isAddress(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

/** A host name by RFC 1123 2.1, within the lengths of RFC 1035 2.3.4. */
export function isHostName(host: string): boolean {
  if (host.length < 1 || host.length > HOST_LENGTH_MAX) return false;
  return host
    .split(".")
    .every((label) => label.length <= LABEL_LENGTH_MAX && /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(label));
}

/** The DNS port of one boot. `names` maps host names in lower case to addresses; */
export function createDnsPort(
  boot: Boot,
  names: ReadonlyMap<string, string>,
  conditions: Conditions,
  random: Random,
  radio: Radio,
): DnsPort {
  return {
    resolve: (host, done) => {
      if (isAddress(host)) return void boot.later(() => done(Fault.none, host));
      if (!isHostName(host)) return void boot.later(() => done(Fault.notFound, ""));
      if (!radio.ready || conditions.dns === "fail") return void boot.later(() => done(Fault.broken, ""));
      if (conditions.dns === "silent") return void boot.schedule(DNS_TIMEOUT_MS, () => done(Fault.timeout, ""));
      const address = names.get(host.toLowerCase());
      const roundTripMs = 2 * random.between(conditions.latencyMs.min, conditions.latencyMs.max);
      boot.schedule(roundTripMs, () => done(address === undefined ? Fault.notFound : Fault.none, address ?? ""));
    },
  };
}
