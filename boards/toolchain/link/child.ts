/** A program whose input and output are a console: the interpreter on a PC, or a bridge of one's own. */
import { spawn } from "node:child_process";
import { LinkError } from "./transport";
import type { Transport } from "./transport";

/** Starts a program without arguments. Rejects when it cannot be started. Closing the link kills it. */
export function openChild(path: string): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], { stdio: ["pipe", "pipe", "ignore"] });
    child.once("error", (error: NodeJS.ErrnoException) => reject(new LinkError("port", `${path} cannot be started (${error.code ?? "unknown error"}): give exec: the path of a program.`)));
    child.once("spawn", () => {
      const transport: Transport = {
        write: (bytes) => void child.stdin.write(bytes, "latin1"),
        close: () => void child.kill("SIGKILL"),
        onData: undefined,
        onClose: undefined,
      };
      child.stdin.on("error", () => undefined);
      child.stdout.on("data", (bytes: Buffer) => transport.onData?.(bytes.toString("latin1")));
      child.on("close", () => transport.onClose?.());
      resolve(transport);
    });
  });
}
