/**
 * The faces of the MQTT server: what carries its bytes (`Transport`) and what a platform means by them (`MqttService`).
 *
 * Types only. The server parses, checks, counts and answers; who may connect, what a topic is and who gets what is the
 * platform's alone: the server routes nothing by itself.
 */

/** A byte stream to one client, in order. Its owner calls `receive`, `drained` and `ended` of the connection. */
export interface Transport {
  /** Takes bytes for the client; never fails (a stream that has gone drops them). */
  send(bytes: Buffer): void;
  /** Bytes that were sent and that the client, or the network, has not taken yet. */
  unread(): number;
  /** Asks to be given no more bytes until `resume`. Those that are on their way may still come. */
  pause(): void;
  resume(): void;
  /** Closes once everything sent has gone out. Idempotent. */
  close(): void;
  /** Closes now; what was not taken yet is dropped. Idempotent. */
  abort(): void;
}

/** Granted QoS, or 0x80: refused (MQTT 3.1.1 section 3.9.3). */
export type Granted = 0 | 1 | 0x80;

/** CONNACK return code (MQTT 3.1.1 section 3.2.2.3), 0 left out. */
export type Refused = 1 | 2 | 3 | 4 | 5;

/** One message. The same object may be delivered to many connections: its QoS 0 packet is then made once. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  /** The packet at QoS 0; kept by the server. */
  packet?: Buffer;
}

export interface Published extends Message {
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface ConnectRequest {
  /** May be empty only with `clean`; then the server has put a name of its own here. */
  readonly clientId: string;
  /** False when the client left the name to the server. */
  readonly isNamed: boolean;
  readonly clean: boolean;
  readonly keepAliveSec: number;
  /** 3 is MQTT 3.1, 4 is 3.1.1. */
  readonly protocolLevel: 3 | 4;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
}

/** One connected client, as a platform sees it. */
export interface MqttClient {
  /** Counts up from 1 within a server; fit for logs. */
  readonly number: number;
  /** What is subscribed, with the QoS granted. */
  readonly subscriptions: ReadonlyMap<string, 0 | 1>;
  /** Sends a message; at QoS 1 within the window of `inflightMax`. Nothing happens once the client has gone. */
  deliver(message: Message, qos: 0 | 1): void;
  /** Closes the connection as after a violation; its will is published. `reason` goes to the log: no secret in it. */
  drop(reason: string): void;
}

/** What a platform does for one accepted client. Nothing in it may throw, and all of it answers at once. */
export interface MqttSession {
  /**
   * Clients with an equal name replace each other: the older is closed [MQTT-3.1.4-2]. Undefined where the platform lets
   * any number of them be.
   */
  readonly name: string | undefined;
  /** The keep-alive that counts where the platform has a bound of its own; absent: the client's. 0 is none. */
  readonly keepAliveSec?: number;
  /** QoS to grant. Called again for a filter that is subscribed already [MQTT-3.8.4-3]. */
  subscribe(filter: string, qos: 0 | 1): Granted;
  /** The SUBACK that granted `filter` has been sent: first messages may follow. */
  subscribed(filter: string): void;
  /** Called for filters that are subscribed only. */
  unsubscribe(filter: string): void;
  /** True: taken (QoS 1 gets its PUBACK). False: the connection is closed without a PUBACK. */
  publish(message: Published): boolean;
  /** Once, at the end; with the will unless the client said DISCONNECT [MQTT-3.1.2-8, MQTT-3.1.2-10]. */
  closed(will: Published | undefined): void;
}

/** Accepts a client or refuses it with a CONNACK return code. */
export type MqttService = (client: MqttClient, request: ConnectRequest) => MqttSession | Refused;
