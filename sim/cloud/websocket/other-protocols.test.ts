/** Upgrades to what is no WebSocket, beside a WebSocket server. */
import { connect } from "node:net";
import { manualHost } from "../../../test/conformance/thethings-peer";
import { newHttpServer } from "../http/server";
import { attachWebSockets } from "./server";

test("a request that asks for HTTP/2 in the clear is answered as any other, and is no handshake (RFC 9110 7.8)", async () => {
  const host = manualHost();
  const http = newHttpServer(host, { errorBody: (code) => ({ code }) });
  http.app.get("/in", async () => "plain");
  let handshakes = 0;
  const sockets = attachWebSockets(host, http.app.server, () => {
    handshakes += 1;
    return 403;
  });
  const socket = connect(await http.listen("127.0.0.1", 0), "127.0.0.1");
  socket.write("GET /in HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n");
  expect((await socket.setEncoding("latin1").toArray()).join("")).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nplain$/s);
  expect(handshakes).toBe(0);
  sockets.close();
  await http.close();
});
