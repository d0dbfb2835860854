/**
 * One device: the struct that every part of the agent works on. There is no state outside it, so that ten thousand
 * devices live in one process without seeing each other.
 */
import type { EpochTime, Timer } from "../../hal/ports/clock";
import type { UdpSocket } from "../../hal/ports/udp";
import type { Geo, Origin, ValueKind } from "../platform/profile";
import type { ReadingLog } from "../store/log";
import type { CommandType } from "./command-type";
import type { Machine } from "./machine";
import type { Link, LinkDriver } from "./link";
import type { RamQueue } from "./ram-queue";
import type { Watcher } from "./watch-state";

/** A measure, as declared. */
export interface Measure {
  readonly key: string;
  /** The place of its key in the key table. */
  readonly place: number;
  readonly decimals: number;
  readonly ram: boolean;
  /** The time of its last reading, 1970 when there was none: the next one is later. */
  lastSec: number;
  lastMs: number;
  /** The uptime of its last reading while the clock was not set. */
  lastUptime: number;
}

/** A command, as declared; `obey` gets the decoded value. */
export interface Command {
  /** The place of its key in the key table. */
  readonly place: number;
  readonly type: CommandType;
  readonly decimals: number;
  /** For numbers, in steps of 10^-decimals. */
  readonly least: number;
  /** The same; for texts, bytes. */
  readonly most: number;
  /** Gets a value of the declared type. */
  readonly obey: (this: void, value: boolean | number | string) => void;
}

/** What one value from the channel asks for: its text and time as the platform gave them. */
export interface Order {
  readonly command: Command;
  readonly kind: ValueKind;
  readonly text: string;
  readonly time: EpochTime | undefined;
}

/** A command whose mark is stored, for the app. */
export interface Marked {
  readonly command: Command;
  readonly value: boolean | number | string;
}

/** The answer to a read: 0 and text of the platform's, or why there is none. */
export interface Answer {
  readonly code: number;
  readonly payload: string;
}

/** A batch on its way. */
export interface Flight {
  readonly ref: number;
  /** True for one out of memory. */
  readonly ram: boolean;
  /** The sequence of its last reading; it holds every reading of its keys up to there. */
  readonly last: number;
  readonly count: number;
  /** The first of its readings, by which its echo is known. */
  readonly key: string;
  readonly time: EpochTime | undefined;
  acknowledged: boolean;
  /** The uptime of that. */
  acknowledgedAt: number;
  echoed: boolean;
  /** Readings of it that the platform was left to stamp. */
  readonly untimed: number;
}

export interface Publisher {
  readonly log: ReadingLog;
  readonly ram: RamQueue;
  /** The key table: names of keys by their places. */
  readonly keys: string[];
  /** By place, the batch that holds the key's oldest readings, or 0: one batch in flight per key keeps its order. */
  readonly held: number[];
  flights: Flight[];
  nextRef: number;
  /** Batches that arrived in this boot. */
  arrived: number;
  /** True while the link carries batches. */
  live: boolean;
  turn: Timer;
  /** Uptime at which the link became ready: readings made before the clock was set wait for it from then on, a while. */
  liveSince: number;
  /** Batches in a row that were acknowledged and never came back. */
  unechoed: number;
  suspect: boolean;
  /** Uptime at which a batch was last sent. */
  sentAt: number;
  /** True from the link's being ready with a backlog until the log is empty. */
  draining: boolean;
  /** Readings that the platform refused for what is in them. */
  refused: number;
  /** Records in the log that this firmware could not read. */
  alien: number;
  /** Readings that were sent without a time, because their boot never learned it. */
  untimed: number;
  /** What was told of losses so far. */
  droppedTold: number;
}

/** Where the supervisor stands on its ladder. */
export const enum Rung {
  off = 0,
  wifi = 1,
  resolve = 2,
  link = 3,
  live = 4,
  /** Nothing to do until a person provisions the device. */
  stopped = 5,
}

/** What the ladder does when its timer fires. */
export const enum Next {
  /** Climb from the foot. */
  begin = 0,
  /** Down, and try again after a wait. */
  fail = 1,
  /** Down for good. */
  stop = 2,
  /** Leave the activation channel. */
  adopt = 3,
}

export interface Supervisor {
  rung: Rung;
  /** The link, once one was opened, and whether it still is. */
  link: Link | undefined;
  linked: boolean;
  /** The next step, or the end of the present rung's patience. */
  timer: Timer;
  failures: number;
  /** Uptime of the last change of rung or sign of life. */
  progressAt: number;
  /** Uptime since which the link has been ready, or has not. */
  liveAt: number;
  offlineSince: number;
  beat: Timer;
  sleepTimer: Timer;
  /** True once this boot has shown that it is no quick one. */
  proved: boolean;
  /** What the log was told last of being offline, so that it is told once; -1 for nothing. */
  offlineCode: number;
  /** What the timer calls. */
  readonly step: (this: void) => void;
  /** What it is for, and the code that goes with it. */
  next: Next;
  nextCode: number;
}

/** The asking for the time. */
export interface TimeSync {
  /** The socket of the question under way, or 0, and the server that was asked. */
  socket: UdpSocket;
  address: string;
  cookie: string;
  askedAt: number;
  /** Asks anew. */
  readonly again: (this: void) => void;
  timer: Timer;
  failures: number;
  /** True once the world time of this boot's zero is in flash. */
  noted: boolean;
}

/** What a device on a platform that is asked knows besides. */
export interface Asked {
  /** A token of the device's own that a connection has to prove, or "". Never logged. */
  pending: string;
  /** What the text is that is being read, and what its last command came to, a `CommandCode`. */
  origin: Origin;
  outcome: number;
  /** The keys of commands whose values were told to be too large to be received, each between commas. */
  oversized: string;
  /** What the device says of itself: `"key":value`, JSON text, each key once. */
  readonly facts: string[];
}

/** A device, and what watches on it. */
export interface Host extends Machine {
  /** Undefined but in a build that watches. */
  watcher: Watcher | undefined;
}

export interface Thing extends Host {
  readonly driver: LinkDriver;
  readonly publisher: Publisher;
  readonly supervisor: Supervisor;
  measures: Measure[];
  commands: Command[];
  /** The turn on which what came down is acted on. */
  turn: Timer;
  /** Texts from the channel that nobody has read yet, oldest first. */
  readonly inbox: string[];
  /** What the text that was read last asks for. */
  readonly orders: Order[];
  /** What the app has not been given yet, where the platform is asked. */
  readonly marked: Marked[];
  /** Where the device is, added to each reading. */
  geo: Geo | undefined;
  /** The value that the platform stores when the device vanishes; "" for none. */
  will: string;
  /** Above 0 for a device that sleeps between samples, milliseconds. */
  sleepMs: number;
  /** Readings accepted in this boot, and those among them that were made before the clock was set. */
  accepted: number;
  untimed: number;
  readonly time: TimeSync;
  /** The token, once known. Never logged. */
  token: string;
  /** Set where the platform is asked. */
  readonly asked: Asked | undefined;
  /** Who waits for the answer to a read. */
  reader: ((this: void, code: number, payload: string) => void) | undefined;
  /** That answer, until they get it. */
  answer: Answer | undefined;
}

/** What an app is: a function that declares what the device measures and obeys, called once a boot. */
export type Definition = (this: void, thing: Thing) => void;

/** What the device tells the log of itself; the names are part of the command's contract. */
export function tell(thing: Machine, event: string, number: number, text: string): void {
  thing.ports.log.record(event, number, text);
}
