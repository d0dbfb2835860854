/**
 * World time for a device whose engine boots without it, as boards do: the desk answers SNTP questions (RFC 5905 7.3, 14) at
 * its own address, inside the machine, because the real port belongs to the operating system. No other datagram is touched.
 */
import type { Ports } from "../../hal/ports";
import type { UdpOptions, UdpSocket } from "../../hal/ports/udp";

export const TIME_HOST = "127.0.0.1";
const TIME_PORT = 123;
const MESSAGE_BYTES = 48;
/** Seconds from 1900, where SNTP counts from, to 1970. */
const EPOCH_SEC = 2208988800;
/** Server, version 4, no leap second. */
const FIRST_BYTE = 0x24;

/** Eight bytes: seconds since 1900 and their 2^-32 parts. */
function timestamp(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE((Math.floor(ms / 1000) + EPOCH_SEC) % 2 ** 32, 0);
  bytes.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 2 ** 32), 4);
  return bytes;
}

/** The answer to a question, or undefined for what is none. `nowMs` is the desk's time, ms since 1970. */
function answer(question: string, nowMs: number): string | undefined {
  if (question.length !== MESSAGE_BYTES || (question.charCodeAt(0) & 7) !== 3) return undefined;
  const bytes = Buffer.alloc(MESSAGE_BYTES);
  bytes[0] = FIRST_BYTE;
  bytes[1] = 1;
  const now = timestamp(nowMs);
  now.copy(bytes, 16);
  bytes.write(question.slice(40), 24, "latin1");
  now.copy(bytes, 32);
  now.copy(bytes, 40);
  return bytes.toString("latin1");
}

/** The ports of a machine that finds the time at `TIME_HOST`. */
export function withTimeServer<P extends Ports>(ports: P, nowMs: () => number): P {
  const listeners = new Map<UdpSocket, UdpOptions["onReadable"]>();
  const { udp, clock } = ports;
  return {
    ...ports,
    udp: {
      ...udp,
      open: (options) => {
        const socket = udp.open(options);
        if (socket !== 0) listeners.set(socket, options.onReadable);
        return socket;
      },
      write: (socket, bytes, address, port) => {
        if (address !== TIME_HOST || port !== TIME_PORT || !listeners.has(socket)) return udp.write(socket, bytes, address, port);
        const given = answer(bytes, nowMs());
        if (given !== undefined) clock.after(0, () => listeners.get(socket)?.(given, TIME_HOST, TIME_PORT));
        return 0;
      },
      close: (socket) => {
        listeners.delete(socket);
        udp.close(socket);
      },
    },
  };
}
