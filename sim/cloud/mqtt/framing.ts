/**
 * Where MQTT packets end in a stream (MQTT 3.1.1 section 2.2.3).
 *
 * mqtt-packet would buffer a packet of any announced length, and reads slowly from many small pieces; so only complete
 * packets within the limit are handed to it. Nothing of a packet is read here but its length.
 */

export interface Framer {
  /** The beginning of a packet that is not complete yet, in `held.subarray(0, heldBytes)`. */
  held: Buffer;
  heldBytes: number;
}

const none = Buffer.alloc(0);

export function newFramer(): Framer {
  return { held: none, heldBytes: 0 };
}

/** Bytes of the first packet of `bytes`: 0 when it cannot be told yet, -1 when malformed or above `packetBytesMax`. */
function packetBytes(bytes: Buffer, from: number, packetBytesMax: number): number {
  let length = 0;
  let scale = 1;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return 0;
    length += (byte & 127) * scale;
    if (length > packetBytesMax) return -1;
    if (byte < 128) return 1 + i + length;
    scale *= 128;
  }
  return -1;
}

/**
 * Takes the bytes that arrived and gives those that make complete packets (perhaps none), or undefined when a packet is
 * malformed or longer than `packetBytesMax`.
 */
export function frame(framer: Framer, bytes: Buffer, packetBytesMax: number): Buffer | undefined {
  const all = framer.heldBytes === 0 ? bytes : append(framer, bytes);
  let end = 0;
  for (;;) {
    const size = packetBytes(all, end, packetBytesMax);
    if (size < 0) return undefined;
    if (size === 0 || end + size > all.length) break;
    end += size;
  }
  if (framer.heldBytes === 0 || end > 0) {
    // A copy, and never the same memory again: what is given may be kept (a payload that waits for its PUBACK).
    framer.held = end === all.length ? none : Buffer.from(all.subarray(end));
    framer.heldBytes = framer.held.length;
  }
  return all.subarray(0, end);
}

/** Doubles its room as it grows, so that a packet that comes byte by byte costs linear time. */
function append(framer: Framer, bytes: Buffer): Buffer {
  const needed = framer.heldBytes + bytes.length;
  if (needed > framer.held.length) {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * framer.held.length));
    framer.held.copy(larger, 0, 0, framer.heldBytes);
    framer.held = larger;
  }
  bytes.copy(framer.held, framer.heldBytes);
  framer.heldBytes = needed;
  return framer.held.subarray(0, needed);
}
