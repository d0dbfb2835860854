/**
 * The CoAP server without sockets, over a platform that echoes, observes, answers late and breaks.
 */
import { parse } from "coap-packet";
import type { ParsedPacket } from "coap-packet";
import type { CoapLimits } from "../../sim/cloud/coap/limits";
import { createCoapServer } from "../../sim/cloud/coap/server";
import type { CoapServer } from "../../sim/cloud/coap/server";
import type { CoapRequest, CoapResponse, Observation, ObservationEnd } from "../../sim/cloud/coap/service";
import { crossed } from "../conformance/statement";
import { manualHost } from "../conformance/thethings-peer";
import type { ManualHost } from "../conformance/thethings-peer";
import { coapRequest } from "../interop/cloud-peers";
import type { CoapAsk } from "../interop/cloud-peers";

export interface Bench {
  readonly host: ManualHost;
  readonly server: CoapServer;
  /** Every request that reached the platform. */
  readonly requests: CoapRequest[];
  /** Datagrams sent, and to whom. */
  readonly sent: { bytes: Buffer; peer: string }[];
  readonly observations: Observation[];
  readonly ends: ObservationEnd[];
  /** Sends a request and gives what came back at once. */
  ask(method: string, path: string, more?: CoapAsk, peer?: string): ParsedPacket | undefined;
  raw(hex: string, peer?: string): string[];
}

/**
 * `/echo` gives the body back, `/size/N` gives N bytes, `/obs` may be observed, `/late` answers after 3 s, `/broken` throws.
 */
export function bench(limits: Partial<CoapLimits> = {}): Bench {
  const host = manualHost();
  const requests: CoapRequest[] = [];
  const sent: { bytes: Buffer; peer: string }[] = [];
  const observations: Observation[] = [];
  const ends: ObservationEnd[] = [];
  const observer = { began: (one: Observation) => void observations.push(one), ended: (cause: ObservationEnd) => void ends.push(cause) };
  const answer = (request: CoapRequest): CoapResponse => {
    const [first, second] = request.path;
    if (first === "broken") throw new Error("platform");
    if (first === "size") return { code: "2.05", payload: Buffer.alloc(Number(second), "x"), contentFormat: 50 };
    if (first === "obs") return { code: "2.05", payload: Buffer.from("now"), observer };
    return { code: "2.04", payload: request.payload };
  };
  const service = {
    links: [{ path: "/obs", attributes: { rt: "a b", obs: "" } }, { path: "/echo", attributes: { rt: "c", ct: "50" } }],
    contentFormats: [50],
    request: (request: CoapRequest, respond: (response: CoapResponse) => void) => {
      requests.push(request);
      if (request.path[0] === "late") host.after(3000, () => respond({ code: "2.05", payload: Buffer.from("late") }));
      else respond(answer(request));
    },
  };
  const server = createCoapServer(host, service, (bytes, peer) => void sent.push({ bytes, peer }), limits);
  let messageId = 1;
  return {
    host,
    server,
    requests,
    sent,
    observations,
    ends,
    ask: (method, path, more = {}, peer = "p 1") => {
      messageId += 1;
      const before = sent.length;
      crossed(path);
      server.receive(coapRequest(method, path, more, more.messageId ?? messageId), peer);
      return sent.length > before ? parse(sent[before]?.bytes as Buffer) : undefined;
    },
    raw: (hex, peer = "p 1") => {
      const before = sent.length;
      server.receive(Buffer.from(hex.replace(/ /g, ""), "hex"), peer);
      return sent.slice(before).map((one) => one.bytes.toString("hex"));
    },
  };
}
