/**
 * What the WebSocket API accepts at most, and its times (section 2, 7). Each is tested at its value and beyond.
 */
export interface WsLimits {
  /** From the opening of a socket to its token. */
  readonly authTimeoutMs: number;
  /** Silence of a client, pings and pongs included, after which its socket is closed (C2). */
  readonly inactivityMs: number;
  /** How often counts, and pages that were asked to be dynamic, are looked at again. */
  readonly refreshMs: number;
  /** Times that one subscription is fetched anew within that interval because of alarms. */
  readonly refetchesMax: number;
  /** Subscriptions of one socket; one more is answered with an error. */
  readonly subscriptionsMax: number;
  /** Frames that wait for a client to read them; beyond, it is closed. */
  readonly pendingFramesMax: number;
  /** Sockets of one tenant, of one customer, of one user; 0 is no limit of its own. */
  readonly tenantSocketsMax: number;
  readonly customerSocketsMax: number;
  readonly userSocketsMax: number;
}

export const wsLimits: WsLimits = {
  authTimeoutMs: 10000,
  inactivityMs: 90000,
  refreshMs: 60000,
  refetchesMax: 10,
  subscriptionsMax: 200,
  pendingFramesMax: 1000,
  tenantSocketsMax: 0,
  customerSocketsMax: 0,
  userSocketsMax: 0,
};

/** Entities of one data subscription, as every frame of one says. */
export const allowedEntities = 10000;
