/** From what a person calls a port to an open way to it. */
import { openChild } from "./child";
import { openSerial } from "./serial";
import { openTcp } from "./tcp";
import { LinkError } from "./transport";
import type { Transport } from "./transport";

const PORT_MAX = 65535;

/**
 * Opens `tcp://HOST:PORT`, `exec:PROGRAM`, or the path of a serial port.
 *
 * @param telnetPort where a board's own console is when no port is named
 */
export function openPort(port: string, baud: number, telnetPort = 23): Promise<Transport> {
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(port);
  const number = Number(tcp?.[2] ?? telnetPort);
  if (tcp !== null && number > 0 && number <= PORT_MAX) return openTcp(tcp[1]!.replace(/^\[|\]$/g, ""), number);
  if (port.startsWith("exec:") && port.length > 5) return openChild(port.slice(5));
  if (/^(COM\d+|\/.+)$/.test(port)) return openSerial(port, baud);
  return Promise.reject(new LinkError("port", `"${port}" is no port: give the path of a serial port (see "motet ports"), tcp://HOST:PORT, or exec:PROGRAM.`));
}
