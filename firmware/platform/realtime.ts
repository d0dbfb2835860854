/**
 * What a platform's realtime interface is to a device that watches, as data and pure functions. Types only.
 *
 * A build links one profile: a `RealtimeProfile` of a platform that speaks plain WebSockets, or a `SocketioProfile`. An app's
 * sources come from the platform's own file (`thingsboard/watch`, ...), so that a build holds the readers of what is watched alone.
 */
import type { ValueKind } from "./profile";

/** Receives the values of a message. */
export interface WatchedSink {
  /** One value: `kind` as JSON has it, `text` its decoded text, `from` the platform's name of what it belongs to, or "". */
  value(this: void, kind: ValueKind, text: string, from: string): void;
}

/** Something that can be watched. */
export interface Source {
  /** What the platform is asked for, in its own words. */
  readonly request: string;
  /** Which values of its messages count; "" where there is one kind of them. */
  readonly key: string;
  /** Tells the values of a message to `sink`; false when it is malformed. Nothing of a malformed message is told, except what stands before its fault. */
  read(this: void, message: string, key: string, sink: WatchedSink): boolean;
}

/** Who watches. All of it is secret. */
export interface WatchKey {
  /** A user's name, or "" where `secret` is a session token or a key by itself. */
  readonly user: string;
  /** The user's password, a session token, or a key. */
  readonly secret: string;
  /** On thethings.iO: the app that the user logs in to, or "". */
  readonly app: string;
  /** On thethings.iO: the token of the thing whose channel is watched, or "". */
  readonly thing: string;
}

/** What a login came to. */
export interface LoginAnswer {
  /** "" when the answer holds none. A secret, as the next one is. */
  token: string;
  /** What a new token is had for, or "". */
  refresh: string;
  /** How long the token holds, seconds; 0 when it does not say. */
  lifetimeSec: number;
}

/** How a platform lets a user in: one POST, whose answer holds a token. */
export interface LoginProfile {
  /** True where there is such a thing. */
  readonly exists: boolean;
  /** True where a login goes without a user's name, too: then each connection needs a token. */
  readonly always: boolean;
  /** True where a token runs out, and a new one is had for the refresh token. */
  readonly renews: boolean;
  /** `refresh` is "" for a login with the password. */
  path(this: void, refresh: string): string;
  body(this: void, key: WatchKey, refresh: string): string;
  read(this: void, payload: string, answer: LoginAnswer): void;
}

/** What a message is about. */
export interface WatchedMessage {
  /** The place of the source, -1 for all of them, -2 for none. */
  index: number;
  /** Why the platform refused the source, or 0. */
  code: number;
}

/** A realtime interface over plain WebSockets. */
export interface RealtimeProfile {
  readonly name: string;
  readonly portPlain: number;
  readonly portTls: number;
  readonly login: LoginProfile;
  /** True where one connection tells of one source. */
  readonly single: boolean;
  /** True where whatever opened is subscribed already; else the first answer shows it. */
  readonly opensLive: boolean;
  /** The path of the address. `request` is that of the first source. */
  path(this: void, request: string): string;
  /** Name and value of a header that the opening carries; "" for none. The value is a secret. */
  readonly header: string;
  /** What stands in the first message before the requests, between two, and behind the last; "" for no message. Holds the token. */
  helloOpen(this: void, token: string): string;
  helloItem(this: void, index: number, request: string): string;
  readonly helloClose: string;
  /** A message of its own with one command that nothing is told for; "" where the platform has none. */
  order(this: void, request: string): string;
  /** Says of a message what it is about. */
  look(this: void, message: string, found: WatchedMessage): void;
}

/** A realtime interface over Socket.IO. */
export interface SocketioProfile {
  readonly name: string;
  readonly portPlain: number;
  readonly portTls: number;
  readonly login: LoginProfile;
  /** Where Engine.IO is served, its version, and the namespace. */
  readonly path: string;
  readonly version: number;
  readonly namespace: string;
  /** The events that ask to be let in and to be told of a topic; each is answered by one of the same name. */
  readonly authenticate: string;
  readonly subscribe: string;
  /** Their arguments, as JSON. The first holds a secret, and so may the second. */
  authenticateArgs(this: void, token: string): string;
  subscribeArgs(this: void, topic: string): string;
  /** The topic that a source asks for; `thing` is the token of the thing whose channel is watched. */
  topic(this: void, request: string, thing: string): string;
  /** True when the arguments of an answer say that it was granted. */
  isGranted(this: void, args: string): boolean;
}
