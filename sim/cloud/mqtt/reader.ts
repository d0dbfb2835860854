/**
 * Reads packets that are complete. One reader serves all connections of a server, because nothing of one is left in it when the next
 * one's packets come: a parser for each would cost more memory than everything else of a connection together.
 */
import { parser } from "mqtt-packet";
import type { Packet, Parser } from "mqtt-packet";
import { plainPackets } from "./plain";

export interface Read {
  /** The packets before the first malformed one. */
  readonly packets: readonly Packet[];
  /** What was malformed. */
  readonly fault: Error | undefined;
}

export class Reader {
  private parser: Parser | undefined;
  private packets: Packet[] = [];
  private fault: Error | undefined;

  /** Reads whole packets, and nothing else (framing.ts). */
  read(bytes: Buffer): Read {
    const plain = plainPackets(bytes);
    return plain === undefined ? this.judge(bytes) : { packets: plain, fault: undefined };
  }

  private judge(bytes: Buffer): Read {
    this.packets = [];
    this.fault = undefined;
    this.parser ??= this.fresh();
    let left = 0;
    try {
      left = this.parser.parse(bytes);
    } catch (thrown) {
      this.fault ??= thrown as Error;
    }
    const { packets, fault } = this;
    // A CONNECT changes what the parser takes for the version of all that follows; a fault leaves it anywhere.
    if (fault !== undefined || left > 0 || packets.some(({ cmd }) => cmd === "connect")) this.parser = undefined;
    return { packets, fault };
  }

  private fresh(): Parser {
    const made = parser({ protocolVersion: 4 });
    made.on("packet", (packet) => this.packets.push(packet));
    made.on("error", (fault: Error) => (this.fault = fault));
    return made;
  }
}
