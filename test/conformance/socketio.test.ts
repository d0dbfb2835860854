/** Engine.IO 3 and 4 and Socket.IO's packets, the client: each row at the wire. */
import { SioCode, SioPhase, sioAcknowledge, sioClose, sioConnect, sioEmit, sioEnded, sioReceive } from "../../firmware/protocol/socketio/session";
import { WsCode } from "../../firmware/protocol/websocket/session";
import { advanceSio, connectedSio, engineOpen, feedSio, openSio, openedSio, saySio } from "./socketio-peer";
import { statement } from "./statement";
import { closeOf, frame, upgradeOf, utf8 } from "./websocket-peer";

const open = (fields: string): string => `0{"sid":"abc","upgrades":["websocket"],${fields}}`;
const times = '"pingInterval":25000,"pingTimeout":20000';

statement("EIO-01", "Engine.IO's first packet is read within limits, whatever else stands in it", () => {
  for (const fields of [times, `"maxPayload":100,"more":{"a":[1]},${times}`, '"pingTimeout":1,"pingInterval":86400000']) {
    const peer = openedSio();
    expect(peer.request).toContain("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n");
    saySio(peer, open(fields));
    expect(peer.said).toEqual(["40/v2,"]);
  }
  const refused = [
    "", "1", "2", "40", "0", "0[]", "0{}", open("").replace(",}", "}"), open('"pingInterval":25000'), open('"pingTimeout":25000'), open(times.replace("25000", "0")),
    open(times.replace("25000", "-1")), open(times.replace("25000", "1.5")), open(times.replace("25000", '"25000"')), open(times.replace("25000", "86400001")),
    `0{"sid":"",${times}}`, `0{"sid":5,${times}}`, `0{${times}}`, `${open(times)}x`, open(`${times},"x":"${"y".repeat(1024)}"`), open(`${times},"x":[[[[[]]]]]`),
  ];
  for (const text of refused) {
    const peer = openedSio();
    saySio(peer, text);
    expect([text, peer.said]).toEqual([text, ["close 1000"]]);
    feedSio(peer, frame(8, closeOf(1000)));
    sioEnded(peer.session);
    expect([text, peer.heard]).toEqual([text, [["closed", SioCode.protocolError, ""]]]);
  }
});

statement("EIO-02", "version 4: a Ping is answered at once, and none for interval and timeout ends the connection", () => {
  const peer = connectedSio();
  for (let i = 0; i < 3; i += 1) {
    advanceSio(peer, 44999);
    saySio(peer, "2");
  }
  expect(peer.said).toEqual(["3", "3", "3"]);
  // Other packets are no heartbeat.
  advanceSio(peer, 44000);
  saySio(peer, "6", '42/v2,["x"]');
  advanceSio(peer, 999);
  expect(peer.heard).toEqual([["event", "x", "[]", -1]]);
  advanceSio(peer, 1);
  expect(peer.heard.at(-1)).toEqual(["closed", SioCode.heartbeatTimeout, ""]);
  expect(peer.said).toHaveLength(3);
});

statement("EIO-03", "version 3: the client pings, and silence after it ends the connection", () => {
  const peer = connectedSio({ version: 3 });
  advanceSio(peer, 24999);
  expect(peer.said).toEqual([]);
  advanceSio(peer, 1);
  expect(peer.said).toEqual(["2"]);
  advanceSio(peer, 19000);
  saySio(peer, "3");
  advanceSio(peer, 25000);
  expect(peer.said).toEqual(["2", "2"]);
  // Anything from the server says that it is there.
  advanceSio(peer, 19000);
  saySio(peer, '42/v2,["x"]');
  advanceSio(peer, 6000);
  expect(peer.said).toEqual(["2", "2", "2"]);
  advanceSio(peer, 19999);
  expect(peer.heard).toEqual([["event", "x", "[]", -1]]);
  advanceSio(peer, 1);
  expect(peer.heard.at(-1)).toEqual(["closed", SioCode.heartbeatTimeout, ""]);
});

statement("SOCKETIO-01", "joining a namespace: version 4 with its answer, version 3 beside the main one; a refusal tells the server's words", () => {
  const four = openedSio({ auth: '{"token":"t"}' });
  saySio(four, engineOpen);
  expect(four.said).toEqual(['40/v2,{"token":"t"}']);
  saySio(four, '40/v2,{"sid":"x"}');
  expect([four.heard, four.session.phase]).toEqual([[["connected"]], SioPhase.connected]);
  const main = openedSio({ namespace: "/" });
  saySio(main, engineOpen, '40{"sid":"x"}');
  expect([main.said, main.heard]).toEqual([["40"], [["connected"]]]);
  const three = openedSio({ version: 3, query: "a=b" });
  expect(three.request).toContain("/socket.io/?EIO=3&transport=websocket&a=b ");
  saySio(three, engineOpen, "40");
  expect([three.said, three.heard]).toEqual([["40/v2,"], []]);
  saySio(three, "40/v2,");
  expect(three.heard).toEqual([["connected"]]);
  const threeMain = openedSio({ version: 3, namespace: "/" });
  saySio(threeMain, engineOpen, "40");
  expect([threeMain.said, threeMain.heard]).toEqual([[], [["connected"]]]);
  const words = [['44/v2,{"message":"Invalid namespace","data":{"message":1}}', "Invalid namespace"], ['44/v2,"Invalid namespace"', "Invalid namespace"], ["44/v2,", ""], ["44/v2,{", ""], [`44/v2,"${"x".repeat(200)}"`, "x".repeat(120)]];
  for (const [text = "", message] of words) {
    const peer = openedSio();
    saySio(peer, engineOpen, text);
    expect(peer.said.at(-1)).toBe("close 1000");
    sioEnded(peer.session);
    expect(peer.heard).toEqual([["closed", SioCode.refused, message]]);
  }
});

statement("SOCKETIO-02", "events and acknowledgements, both ways", () => {
  const peer = connectedSio();
  saySio(peer, '42/v2,["temperature",[{"value":21}],null]', '42/v2,17[ "a\\u00e9" ]', "42/v2,[\"n\" , 1]", '42/other,["x"]', '42["main"]');
  expect(peer.heard).toEqual([["event", "temperature", '[[{"value":21}],null]', -1], ["event", utf8("a\u00e9"), "[]", 17], ["event", "n", "[ 1]", -1]]);
  expect(sioAcknowledge(peer.session, 17, '"ok",{"a":1}')).toBe(0);
  expect(sioEmit(peer.session, "subscribe", '{"resource":"/me/resources/x"}', -1, peer.uptime)).toBe(0);
  expect(sioEmit(peer.session, "ask \"me\"", "", 71, peer.uptime)).toBe(0);
  expect(sioEmit(peer.session, "ask", "1,2", 72, peer.uptime)).toBe(0);
  expect(peer.said).toEqual(['43/v2,17["ok",{"a":1}]', '42/v2,["subscribe",{"resource":"/me/resources/x"}]', '42/v2,0["ask \\"me\\""]', '42/v2,1["ask",1,2]']);
  peer.heard.length = 0;
  saySio(peer, '43/v2,1["late",{}]', "43/v2,1[]", "43/v2,9[]", "43/v2,0[]");
  expect(peer.heard).toEqual([["acknowledged", 72, '["late",{}]'], ["acknowledged", 71, "[]"]]);
});

statement("SOCKETIO-03", "events with bytes are passed over whole; unknown types and packets out of place end the connection", () => {
  const peer = connectedSio();
  sioEmit(peer.session, "ask", "", 5, peer.uptime);
  saySio(peer, '452-/v2,["picture",{"_placeholder":true,"num":0}]');
  feedSio(peer, frame(2, "\x01\x02") + frame(2, ""));
  saySio(peer, '461-/v2,0[{"_placeholder":true,"num":0}]');
  saySio(peer, "2");
  feedSio(peer, frame(2, "x"));
  saySio(peer, '451-["elsewhere"]');
  feedSio(peer, frame(2, "x"));
  saySio(peer, '42/v2,["still here"]');
  expect(peer.heard).toEqual([["binarySkipped"], ["unanswered", 5], ["event", "still here", "[]", -1]]);
  const wrong = [
    "", "0", "3", "5", "7", "9", "x", "4", "47", "4x", "42/v2", "42/v2,", "42/v2,{}", "42/v2,[]", "42/v2,[{}]", '42/v2,["x"', '42/v2,["x"]]', '42/v2,x["x"]', '42/v2,1234567890["x"]',
    "43/v2,[]", "43/v2,1", "43/v2,1{}", "45/v2,[]", '450-/v2,["x"]', '4511-/v2,["x"]', '451/v2,["x"]', '45-/v2,["x"]', '40/v2,{"sid":"again"}', `42/v2,["x",${"[".repeat(11)}${"]".repeat(11)}]`,
    '42/v2,["x",{"a":1,"a":2}]',
  ];
  for (const text of wrong) {
    const fresh = connectedSio();
    saySio(fresh, text, '42/v2,["never heard"]');
    sioEnded(fresh.session);
    expect([text, fresh.said, fresh.heard]).toEqual([text, ["close 1000"], [["closed", SioCode.protocolError, ""]]]);
  }
  for (const bytes of [frame(2, "x"), frame(1, '451-/v2,["x"]') + frame(1, '42/v2,["between"]'), frame(1, '451-/v2,["x"]') + frame(2, "x") + frame(2, "x")]) {
    const fresh = connectedSio();
    feedSio(fresh, bytes);
    expect(fresh.said).toEqual(["close 1000"]);
  }
  const early = openedSio();
  saySio(early, engineOpen, '42/v2,["early"]');
  expect(early.said.at(-1)).toBe("close 1000");
});

test("limits of what is sent: names, arguments, lengths, acknowledgements that wait", () => {
  const peer = openedSio();
  expect(sioEmit(peer.session, "x", "", -1, 0)).toBe(SioCode.notConnected);
  saySio(peer, engineOpen.replace("1000000", "21"), '40/v2,{"sid":"x"}');
  peer.said.length = 0;
  for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]) {
    expect(sioEmit(peer.session, name, "", -1, 0)).toBe(SioCode.invalid);
  }
  for (const args of ["x", "1,", ",1", "]", '1],["y"', '"\xff"', "1 2"]) expect([args, sioEmit(peer.session, "e", args, -1, 0)]).toEqual([args, SioCode.invalid]);
  expect(sioEmit(peer.session, "12345678901", "1", -1, 0)).toBe(SioCode.tooLarge);
  expect(sioEmit(peer.session, "123456789", "1", -1, 0)).toBe(0);
  for (const ref of [1, 2, 3]) expect(sioEmit(peer.session, "e", "", ref, 0)).toBe(0);
  expect(sioEmit(peer.session, "e", "", 4, 0)).toBe(SioCode.acksFull);
  expect(sioEmit(peer.session, "e", "", -1, 0)).toBe(0);
  expect(sioAcknowledge(peer.session, -1, "")).toBe(SioCode.invalid);
  expect(sioAcknowledge(peer.session, 1, "[")).toBe(SioCode.invalid);
  expect(peer.said).toHaveLength(5);
  const small = connectedSio({ messageBytesMax: 125 });
  expect(sioEmit(small.session, "e", `"${"x".repeat(125 - 13)}"`, -1, 0)).toBe(SioCode.tooLarge);
  expect(sioEmit(small.session, "e", `"${"x".repeat(125 - 14)}"`, -1, 0)).toBe(0);
});

test.each([{ namespace: "v2" }, { namespace: "" }, { namespace: "/a,b" }, { auth: "[]" }, { auth: '{"a":' }, { path: "x" }, { host: "a b" }])("options that cannot be sent are refused: %j", (options) => {
  const peer = openSio(options);
  expect(sioConnect(peer.session, 0)).toBe(SioCode.invalid);
  expect([peer.request, peer.heard, peer.session.phase]).toEqual(["", [], SioPhase.closed]);
});

test("acknowledgements that do not come are told, each at its own time, and the rest at the end", () => {
  const peer = connectedSio();
  sioEmit(peer.session, "a", "", 1, peer.uptime);
  advanceSio(peer, 4000);
  sioEmit(peer.session, "b", "", 2, peer.uptime);
  advanceSio(peer, 5999);
  expect(peer.heard).toEqual([]);
  advanceSio(peer, 1);
  expect(peer.heard).toEqual([["unanswered", 1]]);
  advanceSio(peer, 4000);
  expect(peer.heard).toEqual([["unanswered", 1], ["unanswered", 2]]);
  sioEmit(peer.session, "c", "", 3, peer.uptime);
  sioEnded(peer.session);
  expect(peer.heard.slice(2)).toEqual([["unanswered", 3], ["closed", WsCode.abnormal, ""]]);
});

test("every wait has its limit: WebSocket, Engine.IO, namespace, the end", () => {
  const mute = openSio();
  sioConnect(mute.session, mute.uptime);
  advanceSio(mute, 10000);
  expect(mute.heard).toEqual([["closed", WsCode.handshakeTimeout, ""]]);
  for (const texts of [[], [engineOpen], [engineOpen, "6", "2"]]) {
    const slow = openedSio();
    if (texts.length > 0) saySio(slow, ...texts);
    advanceSio(slow, 9999);
    expect(slow.heard).toEqual([]);
    advanceSio(slow, 1);
    expect(slow.said.at(-1)).toBe("close 1000");
    advanceSio(slow, 10000);
    expect(slow.heard).toEqual([["closed", SioCode.connectTimeout, ""]]);
  }
});

test("ends: by us, by the server's Socket.IO, Engine.IO, WebSocket and transport", () => {
  const ours = connectedSio();
  sioClose(ours.session, ours.uptime);
  sioClose(ours.session, ours.uptime);
  expect(ours.said).toEqual(["41/v2,", "close 1000"]);
  saySio(ours, '42/v2,["late"]');
  feedSio(ours, frame(8, closeOf(1000)));
  sioEnded(ours.session);
  sioEnded(ours.session);
  expect(ours.heard).toEqual([["closed", WsCode.normal, ""]]);
  for (const [texts, code] of [[["41/v2,"], SioCode.disconnected], [["1"], SioCode.disconnected]] as const) {
    const peer = connectedSio();
    saySio(peer, ...texts, '42/v2,["late"]');
    expect(peer.said).toEqual(["close 1000"]);
    feedSio(peer, frame(8, closeOf(1000)));
    sioEnded(peer.session);
    expect(peer.heard).toEqual([["closed", code, ""]]);
  }
  const other = connectedSio();
  saySio(other, "41", "41/other,", "44/other,{}");
  expect([other.said, other.heard]).toEqual([[], []]);
  feedSio(other, frame(8, closeOf(1001)));
  sioEnded(other.session);
  expect(other.heard).toEqual([["closed", 1001, ""]]);
  const refused = openSio();
  sioConnect(refused.session, 0);
  feedSio(refused, "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\n");
  expect(refused.heard).toEqual([["closed", 400, ""]]);
  const early = openSio();
  sioConnect(early.session, 0);
  sioClose(early.session, 0);
  expect(early.heard).toEqual([["closed", WsCode.abnormal, ""]]);
});

test("the whole walk is the same byte by byte, and the session connects again with nothing left of before", () => {
  const outcomes = [1e9, 1, 7].map((step) => {
    const peer = openSio();
    for (let round = 0; round < 2; round += 1) {
      peer.request = "";
      sioConnect(peer.session, 0);
      const texts = [engineOpen, '40/v2,{"sid":"x"}', '42/v2,1["a",1]', "2", '451-/v2,["b"]'];
      const bytes = upgradeOf(peer.request) + texts.map((text) => frame(1, text)).join("") + frame(2, "x") + frame(1, "41/v2,");
      for (let i = 0; i < bytes.length; i += step) sioReceive(peer.session, bytes.substring(i, i + step), 0);
      sioReceive(peer.session, frame(8, closeOf(1000)), 0);
      sioEnded(peer.session);
    }
    return JSON.stringify([peer.heard, peer.said]);
  });
  expect(new Set(outcomes).size).toBe(1);
  expect(JSON.parse(outcomes[0]!)).toEqual([
    [1, 2].flatMap(() => [["connected"], ["event", "a", "[1]", 1], ["binarySkipped"], ["closed", SioCode.disconnected, ""]]),
    [1, 2].flatMap(() => ["40/v2,", "3", "close 1000"]),
  ]);
});

test("what stands in the same bytes as the server's Close is heard, and not answered any more", () => {
  const peer = connectedSio();
  feedSio(peer, frame(1, "2") + frame(1, '42/v2,["last"]') + frame(8, closeOf(1001)));
  sioEnded(peer.session);
  expect([peer.said, peer.heard]).toEqual([["close 1001"], [["event", "last", "[]", -1], ["closed", 1001, ""]]]);
});

test("a sink that calls the core is stopped by builds that check", () => {
  const peer = connectedSio();
  (peer.session.sink as { event: unknown }).event = () => void sioEmit(peer.session, "x", "", -1, 0);
  expect(() => saySio(peer, '42/v2,["x"]')).toThrow(/called back/);
});
