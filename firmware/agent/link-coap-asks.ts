/**
 * What a link over CoAP says and hears on a platform that is asked: two observations (values, calls), the question what holds, and answers
 * to calls. It owns their order, and must never call the core from the core's sink: what is to be said waits for a turn.
 *
 * An update is told as it comes. That an observation was registered, or that something too large was written, says only that there may be
 * something new: then the wanted values are asked for, so that a reading of what holds is never taken for somebody's writing. They are asked
 * for all at once, and one by one when the answer is too large to be received.
 */
import { Origin } from "../platform/profile";
import type { CoapProfile } from "../platform/profile";
import { coapRequest } from "../protocol/coap/client";
import { keyAt } from "./asked-keys";
import { ANSWERS_MAX } from "./link";
import type { LinkTarget } from "./link";
import { GET, POST, Ref, request } from "./link-coap-state";
import type { CoapAsks, CoapLink } from "./link-coap-state";

/**
 * A link's part of this.
 * @cold
 */
export function newCoapAsks(profile: CoapProfile, target: LinkTarget): CoapAsks {
  return {
    activation: target.token === "" ? profile.activationRequest(target.code, target.channel, target.identity) : "",
    wanted: target.wanted,
    due: false,
    single: false,
    place: 0,
    asking: false,
    hearsValues: false,
    hearsCalls: false,
    answers: [],
    answering: false,
    callId: "",
    answer: "",
    facts: target.facts,
    telling: false,
    turn: 0,
  };
}

/**
 * Registers both observations: 0, or why that cannot be.
 * @cold
 */
export function observeBoth(link: CoapLink): number {
  const uptime = link.ports.clock.uptime();
  const values = { method: GET, path: link.profile.valuesPath(link.token), query: "", observe: true, brief: true };
  const code = coapRequest(link.client, link.coapSink, values, Ref.observe, uptime);
  if (code !== 0) return code;
  const calls = { method: GET, path: link.profile.callsPath(link.token), query: "", observe: true };
  return coapRequest(link.client, link.coapSink, calls, Ref.calls, uptime);
}

/**
 * What has just been asked one by one could not be received, or has been answered: on to the next key.
 */
function nextKey(asks: CoapAsks): void {
  asks.place += 1;
  asks.due = asks.single && keyAt(asks.wanted, asks.place) !== "";
}

/**
 * The answer is larger than what can be received, or the question than what can be sent.
 * @cold
 */
export function unreadable(link: CoapLink): void {
  const asks = link.asks!;
  asks.asking = false;
  if (asks.due) return;
  if (asks.single) {
    link.sink.oversized(keyAt(asks.wanted, asks.place));
    return nextKey(asks);
  }
  asks.single = true;
  asks.place = 0;
  asks.due = true;
}

/**
 * Asks what holds.
 * @cold
 */
function ask(link: CoapLink): void {
  const asks = link.asks!;
  const profile = link.profile;
  const keys = asks.single ? keyAt(asks.wanted, asks.place) : asks.wanted;
  asks.due = false;
  const asked = request(GET, profile.valuesPath(link.token), profile.wantedQuery(keys), "");
  asks.asking = coapRequest(link.client, link.coapSink, asked, Ref.wanted, link.ports.clock.uptime()) === 0;
  if (!asks.asking) unreadable(link);
}

/** @cold */
function answerCall(link: CoapLink): void {
  const asks = link.asks!;
  const answer = asks.answers[0]!;
  const said = request(POST, link.profile.answerPath(link.token, answer.id), "", answer.body);
  asks.answering = coapRequest(link.client, link.coapSink, said, Ref.answer, link.ports.clock.uptime()) === 0;
  if (!asks.answering) asks.answers.shift();
}

/** @cold */
function tellFacts(link: CoapLink): void {
  const asks = link.asks!;
  const said = request(POST, link.profile.valuesPath(link.token), "", asks.facts);
  asks.facts = "";
  asks.telling = coapRequest(link.client, link.coapSink, said, Ref.facts, link.ports.clock.uptime()) === 0;
}

/**
 * Says what waits to be said.
 * @cold
 */
function speak(link: CoapLink): void {
  const asks = link.asks!;
  asks.turn = 0;
  if (asks.answers.length > 0 && !asks.answering) answerCall(link);
  if (asks.facts !== "" && !asks.telling) tellFacts(link);
  while (asks.due && !asks.asking) ask(link);
}

/**
 * Takes a turn to say what waits, if anything does.
 * @cold
 */
export function speakSoon(link: CoapLink): void {
  const asks = link.asks!;
  const waits = (asks.facts !== "" && !asks.telling) || (asks.due && !asks.asking) || (asks.answers.length > 0 && !asks.answering);
  if (waits && asks.turn === 0) asks.turn = link.ports.clock.after(0, () => speak(link));
}

/** A call: it is obeyed, once, and its answer waits. One beyond the answers that may wait is neither obeyed nor answered. */
function called(link: CoapLink, payload: string): void {
  const asks = link.asks!;
  const id = link.profile.callId(payload);
  if (id === "" || asks.answers.length >= ANSWERS_MAX) return;
  if (id !== asks.callId) {
    asks.callId = id;
    asks.answer = link.profile.answerBody(link.sink.told(payload, Origin.rpc));
  }
  asks.answers.push({ id, body: asks.answer });
}

/**
 * Something came on an observation: an empty text for a registration, or for what is too large to be received.
 * @cold
 */
export function observed(link: CoapLink, ref: number, payload: string): void {
  const asks = link.asks!;
  if (ref === Ref.calls) {
    // A platform that began anew counts its calls anew.
    if (payload === "") asks.callId = "";
    else called(link, payload);
    asks.hearsCalls = true;
  } else {
    // An answer that is on its way may be older than this.
    if (payload === "" || asks.asking) asks.due = asks.wanted !== "";
    asks.place = 0;
    if (payload !== "") link.sink.told(payload, Origin.update);
    asks.hearsValues = true;
  }
  if (!link.live && asks.hearsValues && asks.hearsCalls) {
    link.live = true;
    link.sink.ready();
  }
  speakSoon(link);
}

/**
 * The platform has answered the question, or taken an answer to a call or facts of the device. A refusal of either is no loss: what holds is asked for again
 * when the observation is registered next.
 * @cold
 */
export function answeredAsked(link: CoapLink, ref: number, isSuccess: boolean, payload: string): void {
  const asks = link.asks!;
  if (ref === Ref.answer) {
    asks.answering = false;
    asks.answers.shift();
  } else if (ref === Ref.facts) {
    asks.telling = false;
  } else {
    asks.asking = false;
    // Older than what came meanwhile: it is asked for again.
    if (!asks.due) {
      if (isSuccess) link.sink.told(payload, Origin.answer);
      nextKey(asks);
    }
  }
  speakSoon(link);
}

/**
 * Facts of the device, said on a turn of the link when it is live.
 * @cold
 */
export function describeSoon(link: CoapLink, facts: string): void {
  if (!link.open) return;
  link.asks!.facts = facts;
  if (link.live) speakSoon(link);
}
