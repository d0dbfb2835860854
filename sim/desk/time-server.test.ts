/** A device that boots without the time gets it from its desk, by its own SNTP client, and nothing else is touched. */
import { sntpDecode, sntpRequest } from "../../firmware/protocol/sntp/sntp";
import { createWorld } from "../world/world";
import { TIME_HOST, withTimeServer } from "./time-server";

const now = 1760000000250;
const cookie = "cookie-8";

function device(): { readonly ports: ReturnType<typeof withTimeServer>; readonly run: (ms: number) => void } {
  const world = createWorld({ seed: 1 });
  return { ports: withTimeServer(world.createDevice({ main: () => undefined }).ports, () => now), run: (ms) => world.run(ms) };
}

test("a question is answered with the desk's time, on a later turn", () => {
  const { ports, run } = device();
  const heard: string[] = [];
  const socket = ports.udp.open({ port: 0, onReadable: (bytes, address, port) => heard.push(`${address}:${port} ${bytes}`), onError: () => undefined });
  expect(ports.udp.write(socket, sntpRequest(cookie), TIME_HOST, 123)).toBe(0);
  expect(heard).toEqual([]);
  run(10);
  const time = { sec: 0, ms: 0 };
  expect(heard).toHaveLength(1);
  expect(heard[0]!.startsWith("127.0.0.1:123 ")).toBe(true);
  expect(sntpDecode(heard[0]!.slice(14), cookie, 0, 0, time)).toBe(true);
  expect(time).toEqual({ sec: 1760000000, ms: 250 });
});

test("what is no question is not answered, and neither is a socket that was closed", () => {
  const { ports, run } = device();
  const heard: string[] = [];
  const socket = ports.udp.open({ port: 0, onReadable: (bytes) => heard.push(bytes), onError: () => undefined });
  for (const bytes of [sntpRequest(cookie).slice(1), `\x24${sntpRequest(cookie).slice(1)}`]) expect(ports.udp.write(socket, bytes, TIME_HOST, 123)).toBe(0);
  run(10);
  ports.udp.write(socket, sntpRequest(cookie), TIME_HOST, 123);
  ports.udp.close(socket);
  run(10);
  expect(heard).toEqual([]);
});
