/**
 * The radio as a station. Connection numbers are ECMA-419's (WiFi, `connection`): compare with `<` and `>=`.
 *
 * Machines without a radio of their own (the simulator on a desk, the Linux interpreter) are `ready` from their boot on,
 * and join any network at once.
 */
export const enum WifiConnection {
  unavailable = 0,
  initializing = 100,
  disconnected = 200,
  connecting = 300,
  connected = 400,
  /** An IP address was assigned: TCP, UDP and DNS work. */
  ready = 500,
}

export interface WifiOptions {
  /** 1 to 32 bytes. */
  readonly ssid: string;
  /** 8 to 63 bytes, or empty for an open network. Never logged. */
  readonly password: string;
  /**
   * The connection changed. `fault` says why when it fell to `disconnected`: `refused` for a wrong password, `notFound`
   * for an absent network, `broken` when the network was lost.
   */
  onChanged(this: void, connection: number, fault: number): void;
}

export interface WifiPort {
  /** The present connection number. */
  connection(this: void): number;
  /**
   * Starts joining a network. Answers 0, `invalid`, or `busy` while an earlier `connect` has neither reached `ready` nor
   * `disconnected`. Exactly one `onChanged` with `ready` or `disconnected` follows; later losses call it again. The
   * adapter does not reconnect by itself.
   */
  connect(this: void, options: WifiOptions): number;
  /** Leaves the network. Idempotent; no `onChanged` follows. */
  disconnect(this: void): void;
}
