/** The bench of the table of defects on the real interpreter: a scripted broker on a real socket, and the device's image. */
import net, { type AddressInfo } from "node:net";
import { settings } from "../support/thethings-world";
import { TOKEN } from "./defect-rows";
import type { Bench } from "./defect-rows";
import { InterpreterDevice, interpreterImage, Pulse } from "./interpreter-rig";
import { ScriptedBroker } from "./scripted-broker";

const LOOPBACK = "127.0.0.1";

/** One connection on its way between the broker and a socket. */
interface Line {
  readonly socket: net.Socket;
  /** Nothing passes any more, in either direction. */
  frozen: boolean;
}

/**
 * Writes bytes in pieces, each on a turn of its own and never held back by the kernel of the sender; what the other kernel
 * joins is the reader's to take apart.
 */
function writePieces(line: Line, waiting: string[]): void {
  const piece = waiting.shift();
  if (piece === undefined || line.socket.destroyed) return;
  line.socket.write(piece, "latin1", () => setImmediate(writePieces, line, waiting));
}

class Listener {
  readonly lines = new Set<Line>();
  pieceBytes = 0;
  port = 0;
  private server = net.createServer();

  constructor(private readonly broker: ScriptedBroker, private readonly pulse: Pulse) {}

  async open(): Promise<void> {
    this.server = net.createServer({ noDelay: true }, (socket) => this.serve(socket));
    await new Promise<void>((resolve) => this.server.listen(this.port, LOOPBACK, resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection, too. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const { socket } of this.lines) socket.destroy();
    await closed;
  }

  private serve(socket: net.Socket): void {
    const line: Line = { socket, frozen: false };
    const waiting: string[] = [];
    this.lines.add(line);
    const client = this.broker.accept({ send: (bytes) => this.send(line, waiting, bytes), close: () => void socket.end() });
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      if (!line.frozen) client.receive(bytes.toString("latin1"));
      this.pulse.beat();
    });
    socket.on("close", () => {
      this.lines.delete(line);
      client.ended();
      this.pulse.beat();
    });
    this.pulse.beat();
  }

  private send(line: Line, waiting: string[], bytes: string): void {
    if (line.frozen || line.socket.destroyed) return;
    if (this.pieceBytes === 0) return void line.socket.write(bytes, "latin1");
    const idle = waiting.length === 0;
    for (let from = 0; from < bytes.length; from += this.pieceBytes) waiting.push(bytes.slice(from, from + this.pieceBytes));
    if (idle) writePieces(line, waiting);
  }
}

let image: ReturnType<typeof interpreterImage> | undefined;

/** A device that was provisioned with the broker's token, switched on, and its broker. */
export async function startInterpreterBench(): Promise<{ readonly bench: Bench; close(): Promise<void> }> {
  const pulse = new Pulse();
  const broker = new ScriptedBroker(TOKEN);
  const listener = new Listener(broker, pulse);
  await listener.open();
  const provision = settings({ host: LOOPBACK, port: listener.port, code: "", token: TOKEN });
  const device = new InterpreterDevice(await (image ??= interpreterImage("test/engines/apps/quick-probe.ts", "mqtt")), provision, pulse);
  device.powerOn();
  const bench: Bench = {
    broker,
    device,
    boots: () => device.boots,
    until: (done) => device.until(done),
    setPieces: (bytes) => (listener.pieceBytes = bytes),
    cut: () => listener.lines.forEach(({ socket }) => socket.resetAndDestroy()),
    freeze: () => listener.lines.forEach((line) => (line.frozen = true)),
    stop: async () => {
      await listener.close();
      return () => listener.open();
    },
  };
  const close = async (): Promise<void> => {
    await device.close();
    await listener.close();
  };
  return { bench, close };
}
