/**
 * What every transport of the broker does with a topic: whose key counts, what is heard, what a publication does, and what
 * `pubStates` gives at first (sections 2, 4, 6).
 *
 * Knows no protocol. Logs neither topics nor keys.
 */
import type { Cancel, Host } from "../host";
import type { Evrythng } from "./model";
import { publishes } from "./operations";
import type { Address } from "./resource";
import { refuse } from "./types";
import type { Access, Done, Origin, Result } from "./types";

/** How the broker behaves where the platform is documented in more than one way, and what it does to try clients. */
export interface BrokerOptions {
  /** A subscription that cannot be: granted and silent as documented, or answered 0x80 (B2). */
  readonly badSubscribe?: "silent" | "suback80";
  /** A publication at QoS 1 that cannot be: no PUBACK and the connection closed, or acknowledged and dropped (B18). */
  readonly badPublish?: "close" | "drop";
  /**
   * A client of MQTT 3.1.1 without an identifier: a name of the broker's making, which Mosquitto's clients count on, or
   * CONNACK 2 (B25). One of 3.1 is refused in any case.
   */
  readonly emptyClientId?: "accept" | "refuse";
  /** The first message of `pubStates` comes this much later, behind what changes meanwhile; milliseconds [EV-50]. */
  readonly pubStatesDelayMs?: number;
  /** It comes twice [EV-51]. */
  readonly pubStatesTwice?: boolean;
}

export interface Broker {
  readonly host: Host;
  readonly model: Evrythng;
  readonly options: BrokerOptions;
}

/** The key that counts for a topic: the one in it, else that of the connection. */
export function accessFor(broker: Broker, address: Address, own: Access | undefined): Result<{ access: Access }> {
  const token = address.query.get("access_token");
  const access = token === null ? own : broker.model.authenticate(token);
  return access === undefined ? refuse("forbidden", "A key is missing or unknown") : { ok: true, access };
}

/** JSON of a payload: UTF-8, strictly. */
export function parseJson(payload: Uint8Array): Result<{ json: unknown }> {
  try {
    return { ok: true, json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) as unknown };
  } catch {
    return refuse("badRequest", "The body is not JSON");
  }
}

/** Publishes on a topic; what cannot be taken is told to the log alone. */
export function publish(broker: Broker, address: Address | undefined, own: Access | undefined, payload: Uint8Array, origin: Origin): Result<Done> {
  const result = tryPublish(broker, address, own, payload, origin);
  if (!result.ok) broker.host.log({ event: "publish-refused", reason: result.reason });
  return result;
}

function tryPublish(broker: Broker, address: Address | undefined, own: Access | undefined, payload: Uint8Array, origin: Origin): Result<Done> {
  const verb = address && publishes(address.resource);
  if (address === undefined || verb === undefined) return refuse("notFound", "Nothing can be published there");
  const allowed = accessFor(broker, address, own);
  if (!allowed.ok) return allowed;
  const parsed = parseJson(payload);
  return parsed.ok ? broker.model.perform(allowed.access, verb, address, parsed.json, origin) : parsed;
}

/** Sends the last value of a topic at first, when its subscription asks for it [EV-34]. The answer calls off what has not been sent yet. */
export function sendCurrent(broker: Broker, address: Address, access: Access, send: (text: string) => void): Cancel {
  if (address.query.get("pubStates") !== "1") return () => undefined;
  const { pubStatesDelayMs = 0, pubStatesTwice = false } = broker.options;
  const text = broker.model.current(access, address);
  if (text === undefined) return () => undefined;
  const sendAll = (): void => {
    send(text);
    if (pubStatesTwice) send(text);
  };
  if (pubStatesDelayMs > 0) return broker.host.after(pubStatesDelayMs, sendAll);
  sendAll();
  return () => undefined;
}
