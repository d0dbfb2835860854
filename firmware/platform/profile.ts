/**
 * What a platform is to a device, as data and pure functions: one `PlatformText` for how values are written and read, and
 * one profile for each transport that the platform speaks. A build links one profile.
 */
import type { EpochTime } from "../../hal/ports/clock";

/** What a value is, as JSON has it. Any other kind is an array or an object: nothing that a device obeys. */
export const enum ValueKind {
  string = 7,
  number = 8,
  boolean = 9,
  /** JSON's null: there is no value any more. */
  gone = 10,
}

/** What a message is, on a platform that stamps nothing. */
export const enum Origin {
  /** Of no concern. */
  none = 0,
  /** Values that somebody has just written. */
  update = 1,
  /** The values that hold, as the device asked. */
  answer = 2,
  /** A call, which is answered. */
  rpc = 3,
  /** The answer to a call of the device's own. */
  reply = 4,
}

/** Receives the values of a downlink text. */
export interface DownlinkSink {
  /** One value: `kind` as JSON has it, `text` its decoded text, `time` when the platform stamped it. */
  value(this: void, key: string, kind: ValueKind, text: string, time: EpochTime | undefined): void;
}

/** Which stored values a read asks for; undefined bounds are the platform's own. */
export interface ReadQuery {
  readonly key: string;
  /** 1 to 100. */
  readonly limit: number;
  /** Inclusive. */
  readonly start: EpochTime | undefined;
  /** Exclusive. */
  readonly end: EpochTime | undefined;
}

/** What an activation came to. */
export const enum ActivationResult {
  /** The text is no answer; wait on. */
  none = 0,
  created = 1,
  /** The platform refused for good. */
  refused = 2,
  /** The device has been made before: perhaps by this one's request, whose answer was lost. Its token will show. */
  doubtful = 3,
}

export interface ActivationAnswer {
  result: ActivationResult;
  /** The thing token when `created`, else empty. */
  token: string;
}

/** Latitude and longitude as decimal text, e.g. "41.4121132". */
export interface Geo {
  readonly lat: string;
  readonly long: string;
}

/** How a platform writes readings and how its downlink reads; the same on each of its transports. */
export interface PlatformText {
  /** The platform's short name, e.g. "thethings". */
  readonly name: string;
  /** What stands before the first value of a batch, between two, and after the last. */
  readonly batchOpen: string;
  readonly batchJoin: string;
  readonly batchClose: string;
  /** True where a batch may hold one reading without a time, and that as its last. */
  readonly untimedAlone: boolean;
  /** True when `key` may name a resource. */
  keyValid(this: void, key: string): boolean;
  /** One reading as it stands in a batch. `value` is JSON text; `time` undefined lets the platform stamp it. */
  formatValue(this: void, key: string, value: string, time: EpochTime | undefined, geo: Geo | undefined): string;
  /**
   * The same in parts, for many readings one after the other: what stands before the value, between the value and the milliseconds of
   * its time (which follow as three digits), and after these.
   */
  valueHead(this: void, key: string): string;
  valueMiddle(this: void, sec: number): string;
  readonly valueEnd: string;
  /** Tells `each` the values of a downlink text, in order; false when it is malformed (nothing was told then). */
  readDownlink(this: void, payload: string, each: DownlinkSink): boolean;
  /** Reads an activation's answer into `answer`. */
  readActivation(this: void, payload: string, answer: ActivationAnswer): void;
}

/** A platform over MQTT 3.1.1. */
export interface MqttProfile {
  readonly text: PlatformText;
  readonly portPlain: number;
  readonly portTls: number;
  /** Where a WebSocket takes MQTT: its path and ports; "" and 0 where none does. */
  readonly webPath: string;
  readonly webPortPlain: number;
  readonly webPortTls: number;
  readonly keepAliveSec: number;
  /** True where a batch that was acknowledged can still be dropped in silence, and comes back on the device's channel when it was not. */
  readonly echoes: boolean;
  /** True where CONNECT carries a user name and a password. */
  readonly keyed: boolean;
  readonly user: string | undefined;
  /** A secret. */
  password(this: void, token: string): string;
  /** True where the device publishes on other topics of its own. */
  readonly says: boolean;
  /** That topic, given the one that batches go to and what stands behind the device's name. */
  ownTopic(this: void, topic: string, path: string): string;
  /**
   * True where a subscription that cannot be is granted as any other. `channels` has a topic there which the device may write itself:
   * `proofPath` behind the device's name, `proofBody` what it writes.
   */
  readonly silent: boolean;
  readonly proofPath: string;
  readonly proofBody: string;
  /** The topic that the answer to an activation comes on. Holds secrets. */
  activationTopic(this: void, code: string, channel: string): string;
  /** The topic that batches are published to and the device's channel comes on. Holds secrets. */
  thingTopic(this: void, token: string): string;
  /** True where all of the device's channel comes on that topic. Else what comes at all is for the device. */
  readonly single: boolean;
  /**
   * All topics of a channel that is not single, given the one; `keys` are those of the device's commands, with commas between. `wary`:
   * without what was there before, of which something was too large to be received.
   */
  channels(this: void, topic: string, wary: boolean, keys: string): string[];
  /** The key of the last will's value; "" where the platform stores none. */
  readonly willKey: string;
  /**
   * True where the token is the user name (`user` is that of a device without one), an activation is asked for with the token that the
   * device made, values that hold are asked for after each connection, and calls are answered. A subscription that is refused there is
   * no loss. All that follows is for such a platform; elsewhere it is empty.
   */
  readonly requests: boolean;
  originOf(this: void, topic: string): Origin;
  readonly activationRequestTopic: string;
  /** Holds secrets. */
  activationRequest(this: void, code: string, token: string, identity: string): string;
  readonly wantedRequestTopic: string;
  /** Asks for the values of `keys`, which stand with commas between. */
  wantedRequest(this: void, keys: string): string;
  /** The topic of the answer to a call that came on `topic`, or that the device made on it. */
  answerTopic(this: void, topic: string): string;
  /** The topic of the device's own call of this number, from 1. */
  callTopic(this: void, number: number): string;
  callBody(this: void, method: string, params: string): string;
  /** Where the device says facts of itself. */
  readonly factsTopic: string;
  /** The answer: `code` 0 for a command that was obeyed, else why not. */
  answerBody(this: void, code: number): string;
}

/** A platform over CoAP. */
export interface CoapProfile {
  readonly text: PlatformText;
  readonly portPlain: number;
  /** Path and body of an activation. */
  readonly activationPath: string;
  activationBody(this: void, code: string): string;
  /** The path that batches are posted to and, but where the platform is asked, that is observed. Holds secrets. */
  thingPath(this: void, token: string): string;
  /** Uri-Query of the observation, "" for none. */
  observeQuery(this: void, keepAliveMs: number): string;
  readPath(this: void, token: string, key: string): string;
  readQuery(this: void, query: ReadQuery): string;
  /** How often the platform says that the observation lives, milliseconds; silence of twice as long is a loss. */
  readonly keepAliveMs: number;
  /**
   * True where an activation is asked for with the token that the device made, updates and calls are observed apart from where batches
   * go, values that hold are asked for, and calls are answered. All that follows is for such a platform; elsewhere it is empty.
   */
  readonly requests: boolean;
  /** Holds secrets. */
  activationRequest(this: void, code: string, token: string, identity: string): string;
  /** The path that tells of values which were written, that values which hold are asked at, and facts of the device are posted to. Holds secrets. */
  valuesPath(this: void, token: string): string;
  /** Uri-Query that asks for the values of `keys`, which stand with commas between. */
  wantedQuery(this: void, keys: string): string;
  /** The path that tells of calls, and that the device's own are posted to. Holds secrets. */
  callsPath(this: void, token: string): string;
  callBody(this: void, method: string, params: string): string;
  /** The number of a call, as its text has it; "" for what is none. */
  callId(this: void, payload: string): string;
  /** The path that the call's answer is posted to. Holds secrets. */
  answerPath(this: void, token: string, id: string): string;
  /** The answer: `code` 0 for a command that was obeyed, else why not. */
  answerBody(this: void, code: number): string;
}

/**
 * A platform over WebSockets of its own, one topic each: what is sent on a topic is published there, and comes back with what others
 * publish. Nothing is acknowledged.
 */
export interface WsProfile {
  readonly text: PlatformText;
  readonly portPlain: number;
  readonly portTls: number;
  /** The header of the handshake that carries the key, and the key, a secret. */
  readonly keyHeader: string;
  key(this: void, token: string): string;
  /** The topic that batches go to, and values that others write come on. `wary`: without what was there before, of which something was too large to be received. */
  batchPath(this: void, token: string, wary: boolean): string;
  /** The topic that commands come on. */
  commandPath(this: void, token: string, wary: boolean): string;
}
