/** What a link over MQTT holds, and where it stands. */
import type { Timer } from "../../hal/ports/clock";
import type { TcpSocket } from "../../hal/ports/tcp";
import type { MqttProfile } from "../platform/profile";
import type { MqttSession, MqttSink } from "../protocol/mqtt/session";
import type { WsSession, WsSink } from "../protocol/websocket/session";
import type { Link, LinkTarget } from "./link";

/** Where the walk stands. */
export const enum Step {
  opening = 0,
  connecting,
  subscribing,
  live,
  activating,
  unsubscribing,
  closing,
  /** Between subscribing and live, where a platform is silent: subscribed, as far as it says. */
  proving,
}

/** What the next turn has to do. */
export const enum Todo {
  nothing = 0,
  subscribe,
  unsubscribe,
  leave,
}

/** An answer that waits. */
export interface Reply {
  readonly topic: string;
  readonly payload: string;
}

/** What a link says of itself, to a platform that is asked. */
export interface Asks {
  /** What is to be asked once the link is subscribed, "" for nothing. May hold secrets. */
  question: string;
  /** The keys whose values are wanted, with commas between; "" for none. */
  readonly wanted: string;
  /** True where they are asked for one by one, because all at once were too large; `place` is the one that is asked for. */
  single: boolean;
  place: number;
  /** True while the answer is to come. */
  asking: boolean;
  /** The key whose value was too large on the connection before, until that is told; or "". */
  oversized: string;
  /** Answers to calls, in their order. */
  replies: Reply[];
  /** The topic of the last call, which names it, and the answer to it: a call that comes again is answered again, not obeyed. */
  callTopic: string;
  reply: string;
  /** What the device says of itself, until it is said; or "". */
  facts: string;
  /** The device's own calls that were made, and the end of patience with the last, while its answer is to come; else 0. */
  calls: number;
  patience: Timer;
}

/** What carries the packets of a link: TCP alone, or something on it that has frames of its own. A build has one. */
export interface MqttCarrier {
  /** What the link is called because of it. */
  readonly transport: string;
  /** True where packets travel in frames. All that follows is for such a carrier; else nothing of it is called. */
  readonly framed: boolean;
  /** Prepares a link; nothing is sent. */
  open(this: void, link: MqttLink, target: LinkTarget): void;
  /** The connection is up: whatever stands before CONNECT, which follows on a turn of its own. */
  begin(this: void, link: MqttLink): void;
  /** Sends bytes of packets. */
  send(this: void, link: MqttLink, bytes: string): void;
  /** Bytes of frames came. */
  received(this: void, link: MqttLink, bytes: string): void;
  /** Says farewell, after DISCONNECT. */
  leave(this: void, link: MqttLink): void;
  /** The connection is gone: what the carrier knows of why, it leaves as the link's deadline. */
  ended(this: void, link: MqttLink): void;
}

export interface MqttLink extends Link {
  readonly profile: MqttProfile;
  readonly carrier: MqttCarrier;
  /** The one topic that this link is about: the device's channel, or that of its activation. Holds secrets. */
  readonly topic: string;
  readonly activating: boolean;
  /** True when the connection before ended by a message that was too large. */
  readonly overfed: boolean;
  /** Where each command has a topic, the keys of the commands, with commas between; else "". */
  readonly wanted: string;
  readonly session: MqttSession;
  mqttSink: MqttSink;
  socket: TcpSocket;
  /** Bytes that wait for the socket to become writable. */
  out: string;
  writable: boolean;
  /** True when a message was refused because the socket was not. */
  crowded: boolean;
  step: Step;
  todo: Todo;
  /** True when the agent ended the link itself and wants to hear no more of it. */
  quiet: boolean;
  turn: Timer;
  tick: Timer;
  deadline: Timer;
  /** Why the link ends when the deadline comes. */
  deadlineCode: number;
  /** Set while a link to a silent platform is being proved: what was written to be heard, and was not yet. */
  unheard: number;
  /** Set where the platform is asked. */
  readonly asks: Asks | undefined;
  /** Set where a WebSocket carries the packets: it, and the bytes that it has told and MQTT has not taken yet. */
  web: WsSession;
  webSink: WsSink;
  arrived: string;
}
