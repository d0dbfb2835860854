/** `require("net")` and `require("tls")`, clients only: the ports of a machine accept no connections. */
import { Fault } from "../../../hal/ports/fault";
import { WifiConnection } from "../../../hal/ports/wifi";
import { isAddress } from "../../world/dns";
import type { Host } from "./host";
import { Socket } from "./socket";

interface ConnectOptions {
  readonly host?: unknown;
  readonly port?: unknown;
}

const HTTPS = 443;

/** Both modules: `net` and `tls`. */
export function netModules(host: Host): { readonly net: Record<string, unknown>; readonly tls: Record<string, unknown> } {
  const { realm } = host;
  const sockets = new WeakMap<object, Socket>();
  const prototype = socketPrototype(host, sockets);

  const connect = (given: unknown, callback: unknown, isTls: boolean): unknown => {
    if (typeof given !== "object" || given === null) {
      host.print(`ERROR: Expecting Options to be an Object but it was ${typeof given}\n`);
      return undefined;
    }
    if (callback !== undefined && typeof callback !== "function") {
      host.print(`ERROR: Expecting Callback Function but got ${typeof callback}\n`);
      return undefined;
    }
    const options = given as ConnectOptions;
    const name = options.host === undefined ? "127.0.0.1" : String(options.host);
    const port = Number(options.port ?? 0) & 65535;
    const socket = new Socket(host, { host: name, port: port === 0 && isTls ? HTTPS : port, isTls, given }, prototype);
    sockets.set(socket.handle, socket);
    if (callback !== undefined) socket.handle["#onconnect"] = callback;
    begin(host, socket, name);
    return socket.handle;
  };
  return {
    net: realm.object({ connect: (options: unknown, callback: unknown) => connect(options, callback, false) }),
    tls: realm.object({ connect: (options: unknown, callback: unknown) => connect(options, callback, true) }),
  };
}

/** Finds the address and connects. Where `connect` blocks, a machine without a network is known of at once. */
function begin(host: Host, socket: Socket, name: string): void {
  const isOffline = host.ports.wifi.connection() < WifiConnection.ready;
  const isBlocked = isOffline && host.profile.connectThrows;
  if (isAddress(name)) {
    if (isBlocked || !socket.connect(name)) host.throw("InternalError", "Unable to create socket");
    return;
  }
  if (host.constants.chip === "linux") return beginByHosts(host, socket, name);
  if (isBlocked) host.throw("InternalError", "Unable to locate host");
  host.ports.dns.resolve(name, (fault, address) =>
    host.turn(() => {
      if (fault !== Fault.none || !socket.connect(address)) socket.abandon(fault === Fault.none ? Fault.refused : fault);
    }));
}

/** On a PC the resolver blocks, and knows what /etc/hosts says. */
function beginByHosts(host: Host, socket: Socket, name: string): void {
  const lines = host.options.hosts.split("\n").map((line) => line.trim().split(/\s+/));
  const address = lines.find((words) => words.slice(1).includes(name))?.[0];
  if (address === undefined) return host.throw("InternalError", "Unable to locate host");
  if (!socket.connect(address)) host.throw("InternalError", "Unable to create socket");
}

function socketPrototype(host: Host, sockets: WeakMap<object, Socket>): object {
  const prototype = host.realm.object();
  const socketOf = (self: object): Socket => sockets.get(self) ?? host.throw("TypeError", "Not a Socket");
  const methods = {
    write(this: object, data: unknown) {
      return socketOf(this).write(data);
    },
    end(this: object, data: unknown) {
      socketOf(this).end(data);
    },
    read(this: object, count: unknown) {
      return socketOf(this).read(count);
    },
    available(this: object) {
      return socketOf(this).available();
    },
  };
  for (const [name, method] of Object.entries(methods)) host.realm.hide(prototype, name, method);
  return prototype;
}
