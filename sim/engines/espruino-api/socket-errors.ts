/** Error codes of sockets and their words (libs/network/socketerrors.h), and which of them a machine's fault becomes. */
import { Fault } from "../../../hal/ports/fault";

export const SocketError = {
  closed: -1,
  timeout: -3,
  noRoute: -4,
  busy: -5,
  notFound: -6,
  unsentData: -8,
  reset: -9,
  unknown: -10,
  /** What mbedTLS says when the peer ends a connection in order. */
  tlsClosed: -30848,
} as const;

const words: Readonly<Record<number, string>> = {
  [SocketError.timeout]: "timeout",
  [SocketError.noRoute]: "no route",
  [SocketError.busy]: "busy",
  [SocketError.notFound]: "not found",
  [SocketError.unsentData]: "unsent data",
  [SocketError.reset]: "connection reset",
  [SocketError.unknown]: "unknown error",
};

export function wordsOf(code: number): string {
  return words[code] ?? "unknown error";
}

/** The code of a connection that was never made. */
export function connectError(fault: number): number {
  if (fault === Fault.refused) return SocketError.reset;
  if (fault === Fault.notFound) return SocketError.notFound;
  if (fault === Fault.timeout) return SocketError.timeout;
  return fault === Fault.broken ? SocketError.noRoute : SocketError.unknown;
}
