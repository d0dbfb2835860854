/**
 * The serial ports of this computer, and which boards may be at them. On Linux the kernel's own tree tells, because the package
 * `serialport` asks a program there that a container need not have, and dies when it is absent.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Board } from "../board";
import { loadSerialPackage } from "./serial";

export interface PortInfo {
  readonly path: string;
  /** Of the bridge to USB, four hexadecimal digits each; undefined where there is none. */
  readonly vid?: string | undefined;
  readonly pid?: string | undefined;
  /** What the bridge calls itself. */
  readonly product?: string | undefined;
  /** False when this user may not open it. */
  readonly mayOpen: boolean;
}

const PORTS_MAX = 64;
/** From a terminal up to the USB device that it is of. */
const LEVELS = 5;

function fact(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** The USB device that a terminal belongs to. */
function usbOf(device: string): { vid?: string | undefined; pid?: string | undefined; product?: string | undefined } {
  let folder = realpathSync(device);
  for (let level = 0; level < LEVELS; level += 1, folder = dirname(folder)) {
    const vid = fact(folder, "idVendor");
    if (vid !== undefined) return { vid, pid: fact(folder, "idProduct"), product: fact(folder, "product") };
  }
  return {};
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ports that stand for something plugged in: the kernel also names ports of a chip set that nothing is wired to. */
export function linuxPorts(sys = "/sys/class/tty", dev = "/dev"): PortInfo[] {
  const names = existsSync(sys) ? readdirSync(sys).filter((name) => /^tty(USB|ACM)\d+$/.test(name)) : [];
  return names.sort((one, other) => one.localeCompare(other, "en", { numeric: true })).slice(0, PORTS_MAX).map((name) => {
    const path = join(dev, name);
    const device = join(sys, name, "device");
    return { path, ...(existsSync(device) ? usbOf(device) : {}), mayOpen: mayOpen(path) };
  });
}

interface Listed {
  readonly path: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly manufacturer?: string;
}

/** Lists the ports. On computers other than Linux the package `serialport` is needed, and its absence is one sentence. */
export async function listPorts(platform: string = process.platform): Promise<PortInfo[]> {
  if (platform === "linux") return linuxPorts();
  const { SerialPort } = (await loadSerialPackage()) as unknown as { readonly SerialPort: { list(): Promise<Listed[]> } };
  const listed = (await SerialPort.list()).slice(0, PORTS_MAX);
  return listed.map(({ path, vendorId, productId, manufacturer }) => ({ path, vid: vendorId?.toLowerCase(), pid: productId?.toLowerCase(), product: manufacturer, mayOpen: true }));
}

/** The boards whose kind has such a bridge. */
export function boardsAt({ vid, pid }: PortInfo, boards: readonly Board[]): readonly Board[] {
  return boards.filter(({ link }) => link.usb.some((usb) => usb.vid === vid && usb.pid === pid));
}
