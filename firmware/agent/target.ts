/** What a link is opened with. */
import { TlsLevel } from "../../hal/ports/tls";
import { wantedKeys } from "./commands";
import { factsText } from "./facts";
import type { LinkTarget } from "./link";
import type { CloudSettings } from "./settings";
import type { Thing } from "./thing";

/** The level to connect with; undefined when the demanded one is out of reach. A token goes over nothing less. */
export function tlsFor(thing: Thing, cloud: CloudSettings): TlsLevel | undefined {
  if (cloud.tls === TlsLevel.none) return TlsLevel.none;
  const level = thing.driver.portTls === 0 ? TlsLevel.none : thing.ports.tcp.tlsLevel;
  return level >= cloud.tls ? level : undefined;
}

/** The token, or the one that a connection has to prove; "" for none yet. */
export function tokenToShow(thing: Thing): string {
  return thing.token === "" ? thing.asked!.pending : thing.token;
}

/** The target of a link to the cloud at `address`; `code` and `channel` are for one that activates, else "". */
export function targetOf(thing: Thing, cloud: CloudSettings, address: string, tls: TlsLevel, code: string, channel: string): LinkTarget {
  const standard = tls === TlsLevel.none ? thing.driver.portPlain : thing.driver.portTls;
  return {
    address,
    port: cloud.port !== 0 ? cloud.port : standard,
    serverName: cloud.host,
    tls,
    identity: thing.ports.system.uniqueId(),
    token: thing.driver.requests ? tokenToShow(thing) : thing.token,
    code, channel,
    wanted: thing.driver.named ? wantedKeys(thing) : "",
    facts: thing.driver.requests ? factsText(thing) : "",
    will: thing.will,
  };
}
