/** The line of a port that a person names: a serial port, or one that another computer serves, which has no lines to reset a chip with. */
import { openPort } from "../link/open";
import { LinkError } from "../link/transport";
import type { Transport } from "../link/transport";
import type { Line } from "./line";

/** @param usb of the bridge, where it is known */
export function portLine(name: string, usb: Line["usb"]): Line {
  let transport: Transport | undefined;
  const open = (): Transport => {
    if (transport === undefined) throw new LinkError("lost", `The connection to ${name} is gone: check the cable, and run the command again.`);
    return transport;
  };
  return {
    name,
    usb,
    open: async (baud, sink) => {
      transport = await openPort(name, baud);
      transport.onData = (bytes) => sink.data(Buffer.from(bytes, "latin1"));
      transport.onClose = () => {
        transport = undefined;
        sink.closed();
      };
    },
    write: async (bytes) => open().write(Buffer.from(bytes).toString("latin1")),
    setBaud: async (baud) => open().setBaud?.(baud),
    setState: async ({ dtr, rts }) => open().setLines?.(dtr, rts),
    close: async () => {
      const closing = transport;
      transport = undefined;
      if (closing === undefined) return;
      closing.onClose = undefined;
      closing.close();
    },
  };
}
