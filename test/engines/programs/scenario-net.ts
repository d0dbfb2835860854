/** The scenario's steps on the network: radio, names, connections, datagrams, and everything that goes wrong with them. */
import type { TcpSocket } from "../../../hal/ports/tcp";
import { repeat } from "./vectors";
import type { Part } from "./scenario";
import { ofStep } from "./scenario-place";
import type { Place } from "./scenario-place";
import type { TracedPorts } from "./trace-line";

/** How many steps there are here. */
export const NET_STEPS = 13;

/** Opens a connection that says each of `lines` in turn, one after each `onWritable`, and is closed `fortieths` of a step later. */
function talk(ports: TracedPorts, place: Place, port: number, lines: readonly string[], fortieths: number): void {
  const tcp = ports.tcp;
  const state = { socket: 0, next: 0 };
  const socket: TcpSocket = tcp.connect({
    address: place.address,
    port,
    tls: undefined,
    onWritable: () => {
      if (state.next >= lines.length) return;
      state.next += 1;
      tcp.write(state.socket, lines[state.next - 1]!);
      // One write is outstanding: a second one has to wait.
      if (state.next === 1) tcp.write(state.socket, "busy");
    },
    onReadable: () => {},
    onError: () => {},
  });
  state.socket = socket;
  tcp.write(socket, "early");
  ports.clock.after(ofStep(place, fortieths), () => {
    tcp.close(socket);
    tcp.close(socket);
    tcp.write(socket, "late");
  });
}

function join(ports: TracedPorts, ssid: string, password: string): void {
  ports.wifi.connection();
  ports.wifi.connect({
    ssid,
    password,
    onChanged: () => {
      ports.wifi.connection();
    },
  });
  ports.wifi.connect({ ssid, password, onChanged: () => {} });
}

/** Names and a connection while there is no network. */
function offline(ports: TracedPorts, place: Place): void {
  ports.wifi.connect({ ssid: "", password: "", onChanged: () => {} });
  ports.dns.resolve(place.host, () => {});
  talk(ports, place, place.echoPort, ["x"], 10);
}

function names(ports: TracedPorts, place: Place): void {
  for (const host of [place.host, place.absentHost, place.address, "no name!"]) ports.dns.resolve(host, () => {});
}

/** One socket that sends three datagrams one after the other and is closed after half of the step; another one on the same port. */
function datagrams(ports: TracedPorts, place: Place): void {
  const udp = ports.udp;
  const socket = udp.open({ port: place.localPort, onReadable: () => {}, onError: () => {} });
  const second = udp.open({ port: place.localPort, onReadable: () => {}, onError: () => {} });
  udp.open({ port: 0 - 1, onReadable: () => {}, onError: () => {} });
  udp.write(socket, "one", place.address, place.echoPort);
  ports.clock.after(ofStep(place, 1), () => {
    udp.write(socket, repeat("u", 200), place.address, place.echoPort);
  });
  ports.clock.after(ofStep(place, 2), () => {
    // More than any machine carries.
    udp.write(socket, repeat("u", 2000), place.address, place.echoPort);
    udp.write(socket, "x", "no address", place.echoPort);
    udp.write(second, "x", place.address, place.echoPort);
  });
  ports.clock.after(ofStep(place, 20), () => {
    udp.close(second);
    udp.close(socket);
    udp.close(socket);
    udp.write(socket, "late", place.address, place.echoPort);
  });
}

/** One datagram, to be lost on its way. */
function lost(ports: TracedPorts, place: Place): void {
  const socket = ports.udp.open({ port: 0, onReadable: () => {}, onError: () => {} });
  ports.udp.write(socket, "lost", place.address, place.echoPort);
  ports.clock.after(ofStep(place, 20), () => ports.udp.close(socket));
}

/** Options that open nothing. */
function refused(ports: TracedPorts, place: Place): void {
  const none = { tls: undefined, onWritable: () => {}, onReadable: () => {}, onError: () => {} };
  ports.tcp.connect({ address: place.address, port: 0, tls: none.tls, onWritable: none.onWritable, onReadable: none.onReadable, onError: none.onError });
  ports.tcp.connect({ address: "no address", port: 1, tls: none.tls, onWritable: none.onWritable, onReadable: none.onReadable, onError: none.onError });
  talk(ports, place, place.closedPort, ["x"], 20);
  ports.log.record("limits", ports.tcp.writeBytesMax > 500 && ports.udp.bytesMax > 200 ? 1 : 0, ports.tcp.tlsLevel >= 0 ? "level" : "");
}

export function netStep(ports: TracedPorts, place: Place, number: number): void {
  const port = place.echoPort;
  if (number === 0) offline(ports, place);
  else if (number === 1) join(ports, "absent", "12345678");
  else if (number === 2) join(ports, place.ssid, "wrong-password");
  else if (number === 3) join(ports, place.ssid, place.password);
  else if (number === 4) names(ports, place);
  else if (number === 5) refused(ports, place);
  else if (number === 6) talk(ports, place, port, ["hello", repeat("h", 700), "end"], 20);
  else if (number === 7) talk(ports, place, port, ["bye"], 20);
  else if (number === 8) talk(ports, place, port, ["cut"], 20);
  else if (number === 9) talk(ports, place, port, ["hush", "silence"], 20);
  else if (number === 10) datagrams(ports, place);
  else if (number === 11) lost(ports, place);
  // The network goes away from outside a quarter of the step into it.
  else talk(ports, place, port, ["hello"], 30);
  if (number === 12) ports.clock.after(ofStep(place, 32), () => ports.wifi.disconnect());
}

export const netScenario: Part = { steps: NET_STEPS, run: netStep };
