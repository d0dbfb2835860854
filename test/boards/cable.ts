/** The cable to a board that is not there: a server on loopback with one connection at a time, which can be pulled at any byte. */
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export class Cable {
  /** The most bytes of the other side that get through before the cable is pulled. */
  bytesToPull: number | undefined;
  /** Of all connections, as far as they got through. */
  bytesReceived = 0;
  private socket: Socket | undefined;
  private server: Server | undefined;
  private waiting: (() => void)[] = [];

  /** `plug` is called for each new connection, and gives what takes the bytes that get through. */
  constructor(private readonly plug: (socket: Socket) => (bytes: string) => void) {}

  /** Opens the board's end; the port for the other one. */
  async listen(): Promise<number> {
    const server = createServer((socket) => this.attach(socket));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /**
   * Resolves when the board has its next connection; to be asked before the other side is started. That side has one as soon as the
   * operating system took it, and what the board prints between then and now is lost.
   */
  plugged(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Says bytes to the other side, if there is one. */
  write(bytes: string): void {
    this.socket?.write(bytes, "latin1");
  }

  unplug(): void {
    this.socket?.destroy();
  }

  async close(): Promise<void> {
    this.unplug();
    const { server } = this;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  private attach(socket: Socket): void {
    this.unplug();
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    const receive = this.plug(socket);
    socket.on("data", (chunk) => {
      const bytes = chunk.toString("latin1");
      const passes = Math.max(0, Math.min(bytes.length, this.bytesToPull ?? bytes.length));
      if (this.bytesToPull !== undefined) this.bytesToPull -= passes;
      this.bytesReceived += passes;
      if (passes > 0) receive(bytes.slice(0, passes));
      if (passes === bytes.length) return;
      this.bytesToPull = undefined;
      socket.destroy();
    });
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
