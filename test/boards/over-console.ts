/** Links to the consoles of boards that are not there, which are closed when they were used. No such board has a greeting to wait for. */
import { ConsoleLink, linkLimits } from "../../boards/toolchain/link/console-link";
import { LuaConsole, luaLimits } from "../../boards/toolchain/link/lua-console";
import { openPort } from "../../boards/toolchain/link/open";
import type { Transport } from "../../boards/toolchain/link/transport";

async function during<L extends { close(): void }, T>(port: number, link: (transport: Transport) => L, use: (link: L) => Promise<T>): Promise<T> {
  const opened = link(await openPort(`tcp://127.0.0.1:${port}`, 115200));
  try {
    return await use(opened);
  } finally {
    opened.close();
  }
}

export function overConsole<T>(port: number, use: (link: ConsoleLink) => Promise<T>): Promise<T> {
  return during(port, (transport) => new ConsoleLink(transport, { ...linkLimits, settleMs: 0 }), use);
}

export function overLuaConsole<T>(port: number, use: (link: LuaConsole) => Promise<T>): Promise<T> {
  return during(port, (transport) => new LuaConsole(transport, { ...luaLimits, settleMs: 0 }), use);
}
