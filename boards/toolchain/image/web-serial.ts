/**
 * A line in the shape of the Web Serial API (WICG "Web Serial API", section 4), which is what esptool-js talks to.
 *
 * A browser keeps the state of both lines when one of them is set; so does this.
 */
import { ReadableStream, WritableStream } from "node:stream/web";
import type { Line, LineState } from "./line";

export interface WebSerialPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  getInfo(): { usbVendorId?: number; usbProductId?: number };
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: { dataTerminalReady?: boolean; requestToSend?: boolean }): Promise<void>;
  /** Not in the standard: esptool-js takes it where it is, and else closes and opens the port, which resets some boards. */
  setBaudRate(baud: number): Promise<void>;
}

/** The port of `line`. `gone` hears when the line has ended under it. */
export function webSerial(line: Line, gone: () => void): WebSerialPort {
  let readable: ReadableStream<Uint8Array> | null = null;
  let writable: WritableStream<Uint8Array> | null = null;
  let state: LineState = { dtr: false, rts: false };
  let finish = (): void => undefined;
  return {
    get readable() {
      return readable;
    },
    get writable() {
      return writable;
    },
    getInfo: () => (line.usb === undefined ? {} : { usbVendorId: line.usb.vid, usbProductId: line.usb.pid }),
    open: async ({ baudRate }) => {
      let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
      const reading = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
      finish = () => {
        finish = () => undefined;
        readable = null;
        writable = null;
        // A reader that has gone away has closed it.
        try {
          feed?.close();
        } catch {
          return;
        }
      };
      await line.open(baudRate, {
        data: (bytes) => feed?.enqueue(bytes),
        closed: () => {
          finish();
          gone();
        },
      });
      readable = reading;
      writable = new WritableStream({ write: (bytes: Uint8Array) => line.write(bytes) });
    },
    close: async () => {
      finish();
      await line.close();
    },
    setSignals: async ({ dataTerminalReady, requestToSend }) => {
      state = { dtr: dataTerminalReady ?? state.dtr, rts: requestToSend ?? state.rts };
      await line.setState(state);
    },
    setBaudRate: (baud) => line.setBaud(baud),
  };
}
