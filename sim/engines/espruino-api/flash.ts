/**
 * `require("Flash")` over the machine's areas, at the addresses that the board gives them. Programming clears bits and never
 * sets one; what the machine's port cannot express (clearing further bits of a byte, a block begun elsewhere than at its
 * start) kills the engine, because firmware that does so would lose data. So does writing outside the areas.
 */
import { Fault } from "../../../hal/ports/fault";
import type { FlashArea } from "../../../hal/ports/flash";
import { bytesOf } from "./bytes";
import type { Host } from "./host";

interface Place {
  readonly area: FlashArea;
  readonly offset: number;
}

class RawFlash {
  constructor(private readonly host: Host) {}

  read(count: number, address: number): string {
    const place = this.place(address);
    if (place === undefined || place.offset + count > bytesIn(place.area)) return "\xff".repeat(count);
    return this.host.ports.flash.read(place.area, place.offset, count);
  }

  write(bytes: string, address: number): void {
    const { blockBytes } = this.host.constants;
    for (let from = 0; from < bytes.length; ) {
      const room = blockBytes - ((address + from) % blockBytes);
      this.writeBlock(bytes.substring(from, from + room), address + from);
      from += room;
    }
  }

  erase(address: number): void {
    const { area, offset } = this.inArea(address, "erases");
    void this.host.ports.flash.eraseBlock(area, Math.floor(offset / area.blockBytes));
  }

  /** Writes what is not there yet; a byte that holds its value already takes it again, as the chip's does. */
  private writeBlock(bytes: string, address: number): void {
    const { area, offset } = this.inArea(address, "writes");
    const { flash } = this.host.ports;
    const present = flash.read(area, offset, bytes.length);
    for (let from = 0; from < bytes.length; ) {
      let to = from;
      while (to < bytes.length && present[to] === "\xff") to += 1;
      if (to > from && flash.write(area, offset + from, bytes.substring(from, to)) === Fault.invalid) {
        this.host.crash("the image programs flash in a way that its port forbids");
      }
      for (; to < bytes.length && present[to] !== "\xff"; to += 1) {
        const both = present.charCodeAt(to) & bytes.charCodeAt(to);
        if (both !== present.charCodeAt(to)) this.host.crash("the image programs a byte of flash twice");
      }
      from = to;
    }
  }

  private inArea(address: number, what: string): Place {
    return this.place(address) ?? this.host.crash(`the image ${what} flash outside its areas, at 0x${address.toString(16)}`);
  }

  private place(address: number): Place | undefined {
    const { recordsAddress, logAddress, flash } = this.host.constants;
    for (const [name, base] of flash === "raw" ? ([["records", recordsAddress], ["log", logAddress]] as const) : []) {
      const area = this.host.ports.flash.open(name);
      if (area !== undefined && address >= base && address < base + bytesIn(area)) return { area, offset: address - base };
    }
    return undefined;
  }
}

function bytesIn(area: FlashArea): number {
  return area.blockBytes * area.blocks;
}

/** The module's functions. */
export function flashModule(host: Host): Record<string, unknown> {
  const { realm, constants, profile } = host;
  const flash = new RawFlash(host);
  const span = (addr: number, length: number): object => realm.object({ addr, length });
  return realm.object({
    getFree: () => realm.array(profile.freeFlash.map(([addr, length]) => span(addr, length))),
    getPage: (address: unknown) => span(Math.floor(Number(address) / constants.blockBytes) * constants.blockBytes, constants.blockBytes),
    read: (count: unknown, address: unknown) => (Number(count) > 0 ? realm.bytes(flash.read(Number(count), Number(address))) : undefined),
    write: (data: unknown, address: unknown) => {
      if (data === undefined) host.throw("Error", "Data is not defined");
      flash.write(bytesOf(data) ?? "", Number(address));
    },
    erasePage: (address: unknown) => {
      if (!Number.isInteger(address)) host.throw("Error", `Address should be an integer, got ${typeof address}`);
      flash.erase(address as number);
    },
  });
}
