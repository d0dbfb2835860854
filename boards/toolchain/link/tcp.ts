/** A console on the network: Espruino's own, or a serial port that another computer serves. */
import { connect } from "node:net";
import { LinkError } from "./transport";
import type { Transport } from "./transport";

const CONNECT_MS = 5000;

function refusal(host: string, port: number, code: string | undefined): string {
  const where = `${host}:${port}`;
  if (code === "ECONNREFUSED") return `Nothing listens at ${where}: a device that runs closes its console on the network, so flash it over its cable, or check host and port.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `The host ${host} is not known: check its name, or give its address.`;
  return `${where} cannot be reached (${code ?? "no answer"}): check that the board is powered and in the same network.`;
}

/** Connects. Rejects with one sentence for each way in which that fails. */
export function openTcp(host: string, port: number): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (code: string | undefined): void => {
      socket.destroy();
      reject(new LinkError("port", refusal(host, port, code)));
    };
    socket.setTimeout(CONNECT_MS, () => fail("no answer"));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(error.code));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      const transport: Transport = {
        write: (bytes) => void socket.write(bytes, "latin1"),
        close: () => void socket.destroy(),
        onData: undefined,
        onClose: undefined,
      };
      // What broke it is told by "close".
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => transport.onData?.(bytes.toString("latin1")));
      socket.on("close", () => transport.onClose?.());
      resolve(transport);
    });
  });
}
