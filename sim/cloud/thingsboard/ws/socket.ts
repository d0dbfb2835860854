/**
 * One socket of the WebSocket API (section 2): who is behind it, its times, and its messages one after the other.
 *
 *   waiting for a token --authCmd, or ?token=--> open --close, silence, too much unread--> gone
 *
 * The end frees everything that the socket had subscribed.
 */
import type { Cancel } from "../../host";
import type { WebSocketPeer, WebSocketSession } from "../../websocket/service";
import { isRecord, plainJson, textIn } from "../json";
import type { Thingsboard } from "../model";
import type { Principal } from "../types";
import type { NotificationWire } from "../wording";
import { commandsOf, runCommand } from "./commands";
import type { Endpoint } from "./commands";
import type { WsLimits } from "./limits";
import { ErrorCode, parseFailure } from "./link";
import type { Link, Subscription } from "./link";

/** Close codes: of RFC 6455, and the platform's own. */
const Close = { BAD_DATA: 1007, POLICY: 1008, SERVER_ERROR: 1011, NOT_RELIABLE: 4500 } as const;

export interface Opening {
  readonly model: Thingsboard;
  readonly limits: WsLimits;
  readonly wire: NotificationWire;
  readonly endpoint: Endpoint;
  /** Of the query, where there is one. */
  readonly token: string | undefined;
  /** Enters the socket of somebody; the reason when there are too many of that one's. */
  enter(who: Principal): string | undefined;
  leave(who: Principal): void;
}

export class ApiSocket implements WebSocketSession {
  private readonly opening: Opening;
  private readonly peer: WebSocketPeer;
  private link: Link | undefined;
  private isOver = false;
  private stopAuth: Cancel = () => undefined;
  private stopSilence: Cancel = () => undefined;
  private pending = 0;

  constructor(opening: Opening, peer: WebSocketPeer) {
    this.opening = opening;
    this.peer = peer;
    this.heard();
    const { limits, model, token } = opening;
    if (token !== undefined) this.enter(0, token, Close.SERVER_ERROR);
    else this.stopAuth = model.core.host.after(limits.authTimeoutMs, () => this.refuse(0, Close.POLICY, "Authentication timed out"));
  }

  message(bytes: Buffer): void {
    if (this.isOver) return;
    this.heard();
    const json = plainJson(bytes);
    if (!isRecord(json)) {
      if (this.link === undefined) this.end(Close.BAD_DATA, parseFailure);
      else this.fail(1, ErrorCode.BAD_REQUEST, parseFailure);
      return;
    }
    if (this.link === undefined && !this.authenticate(json)) return;
    const commands = commandsOf(this.opening.endpoint, json);
    if (commands === undefined) this.fail(1, ErrorCode.BAD_REQUEST, parseFailure);
    for (const command of commands ?? []) if (!this.isOver && this.link !== undefined) runCommand(this.link, command);
  }

  /** The client is there: its silence begins anew. */
  heard(): void {
    this.stopSilence();
    const { limits, model } = this.opening;
    if (!this.isOver) this.stopSilence = model.core.host.after(limits.inactivityMs, () => this.end(Close.NOT_RELIABLE, "No activity"));
  }

  drained(): void {
    this.pending = 0;
  }

  closed(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopAuth();
    this.stopSilence();
    if (this.link === undefined) return;
    for (const map of [this.link.subscriptions, this.link.legacySubscriptions]) {
      for (const subscription of map.values()) subscription.stop();
      map.clear();
    }
    this.opening.leave(this.link.who);
  }

  private send(frame: object): void {
    if (this.isOver) return;
    this.peer.send(JSON.stringify(frame));
    this.pending = this.peer.unread() === 0 ? 0 : this.pending + 1;
    if (this.pending > this.opening.limits.pendingFramesMax) this.end(Close.POLICY, "Max pending updates limit reached!");
  }

  private fail(cmdId: number, errorCode: number, errorMsg: string): void {
    this.send({ cmdId, subscriptionId: cmdId, errorCode, errorMsg, data: null, latestValues: {} });
  }

  private end(code: number, reason: string): void {
    if (this.isOver) return;
    this.closed();
    this.peer.close(code, reason);
  }

  /** Said in words, and then closed (C4). */
  private refuse(cmdId: number, code: number, reason: string): void {
    this.fail(cmdId, ErrorCode.UNAUTHORIZED, "Unauthorized");
    this.end(code, reason);
  }

  private authenticate({ authCmd }: Record<string, unknown>): boolean {
    if (isRecord(authCmd)) return this.enter(typeof authCmd["cmdId"] === "number" ? authCmd["cmdId"] : 0, authCmd["token"], Close.BAD_DATA);
    this.refuse(0, Close.POLICY, "Auth cmd is missing");
    return false;
  }

  private enter(cmdId: number, token: unknown, code: number): boolean {
    const who = this.opening.model.accounts.principal(textIn(token));
    if (typeof who === "string") {
      this.refuse(cmdId, code, who === "expired" ? "Token has expired" : "Invalid token");
      return false;
    }
    const full = this.opening.enter(who);
    if (full !== undefined) {
      this.end(Close.POLICY, full);
      return false;
    }
    this.stopAuth();
    this.link = newLink(this.opening, who, (frame) => this.send(frame), (...fault) => this.fail(...fault));
    return true;
  }
}

function newLink({ model, limits, wire }: Opening, who: Principal, send: (frame: object) => void, fail: Link["fail"]): Link {
  return {
    model,
    who,
    limits,
    wire,
    subscriptions: new Map<number, Subscription>(),
    legacySubscriptions: new Map<number, Subscription>(),
    update: ({ cmdId, ...rest }) => send({ cmdId, errorCode: 0, errorMsg: null, ...rest }),
    legacy: (subscriptionId, rows) => {
      const data = Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)));
      const latestValues = Object.fromEntries(Object.entries(data).map(([key, points]) => [key, points.at(-1)?.[0] ?? 0]));
      send({ subscriptionId, errorCode: 0, errorMsg: null, data, latestValues });
    },
    fail,
  };
}
