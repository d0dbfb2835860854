/**
 * A serial port, through the package `serialport`, which is there only where npm could install it: this file is the one that asks for
 * it, and asks when a port is to be opened.
 */
import { LinkError } from "./transport";
import type { Transport } from "./transport";

/** What of `serialport` is used. */
interface Port {
  write(bytes: Buffer): boolean;
  update(settings: { readonly baudRate: number }, done: (error: Error | null) => void): void;
  set(lines: { readonly dtr: boolean; readonly rts: boolean }, done: (error: Error | null) => void): void;
  close(): void;
  open(done: (error: Error | null) => void): void;
  readonly isOpen: boolean;
  on(event: "data", listener: (bytes: Buffer) => void): void;
  on(event: "close" | "error", listener: () => void): void;
}

export interface SerialPackage {
  readonly SerialPort: new (options: { readonly path: string; readonly baudRate: number; readonly autoOpen: false; readonly hupcl: false }) => Port;
}

const RESET_MS = 100;

/** The package, or one sentence that says how to get it. */
export async function loadSerialPackage(load: () => Promise<unknown> = () => import("serialport")): Promise<SerialPackage> {
  try {
    return (await load()) as SerialPackage;
  } catch (cause) {
    throw new LinkError("port", 'Serial ports need the package "serialport", which is not installed: run "npm install serialport" in the folder of motet, or reach the board by tcp://HOST:PORT.', { cause });
  }
}

function refusal(path: string, message: string): string {
  if (/no such file|cannot find|ENOENT/i.test(message)) return `There is no port ${path}: look with "motet ports", and check the cable, which must carry data.`;
  if (/permission denied|EACCES/i.test(message)) return `The port ${path} is not yours to open: add yourself to its group (sudo usermod -a -G dialout $USER), log in again, and repeat.`;
  if (/lock|busy|EBUSY|temporarily unavailable/i.test(message)) return `The port ${path} is in use: close the other program (a monitor, an IDE) that has it open.`;
  return `The port ${path} cannot be opened (${message}).`;
}

/** A pseudo-terminal has no lines to set. */
function isNoLines(error: Error): boolean {
  return /Inappropriate ioctl|ENOTTY|Invalid argument/i.test(error.message);
}

/** Sets both lines; those that are left out would fall back to their defaults. */
function setLines(port: Port, dtr: boolean, rts: boolean): Promise<void> {
  return new Promise((resolve, reject) => port.set({ dtr, rts }, (error) => (error === null || error === undefined || isNoLines(error) ? resolve() : reject(error))));
}

/** Opens a port. Rejects with one sentence for each way in which that fails. */
export async function openSerial(path: string, baud: number, given?: SerialPackage): Promise<Transport> {
  const { SerialPort } = given ?? (await loadSerialPackage());
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error === null || error === undefined ? resolve() : reject(new LinkError("port", refusal(path, error.message))))));
  // Either line alone would hold a board in reset or in its loader.
  await setLines(port, false, false);
  const transport: Transport = {
    write: (bytes) => void port.write(Buffer.from(bytes, "latin1")),
    reset: async () => {
      await setLines(port, false, true);
      await new Promise((resolve) => setTimeout(resolve, RESET_MS));
      await setLines(port, false, false);
    },
    setLines: (dtr, rts) => setLines(port, dtr, rts),
    setBaud: (to) => new Promise((resolve, reject) => port.update({ baudRate: to }, (error) => (error === null || error === undefined ? resolve() : reject(error)))),
    close: () => (port.isOpen ? port.close() : undefined),
    onData: undefined,
    onClose: undefined,
  };
  port.on("data", (bytes) => transport.onData?.(bytes.toString("latin1")));
  port.on("error", () => transport.onClose?.());
  port.on("close", () => transport.onClose?.());
  return transport;
}
