/**
 * The answer to one request: piggybacked, separate or non-confirmable (RFC 7252 section 5.2), in blocks, with Observe.
 */
import type { Cancel } from "../host";
import { cut, later, transferKey } from "./blocks";
import type { Piece } from "./blocks";
import type { Context } from "./context";
import { newObservation, observeOption } from "./observe";
import type { Observed } from "./peers";
import type { Exchange, Peer } from "./peers";
import { blockBits } from "./request";
import type { Block, Options } from "./request";
import type { CoapResponse } from "./service";
import { OptionNumber, Type, encode, encodeEmpty, uint } from "./wire";
import type { CoapMessage, Option } from "./wire";

export class Responder {
  private readonly context: Context;
  private readonly peer: Peer;
  private readonly message: CoapMessage;
  private readonly exchange: Exchange;
  private readonly options: Options;
  private answered = false;
  private acknowledged = false;
  private stopTimer: Cancel = () => undefined;

  constructor(context: Context, peer: Peer, message: CoapMessage, exchange: Exchange, options: Options) {
    this.context = context;
    this.peer = peer;
    this.message = message;
    this.exchange = exchange;
    this.options = options;
  }

  /** Lets the client stop asking when the answer takes its time: it will then come in a message of its own. */
  acknowledgeLater(): void {
    if (this.answered || this.message.type !== Type.Confirmable) return;
    this.stopTimer = this.context.host.after(this.context.limits.piggybackMs, () => {
      this.acknowledged = true;
      this.reply(encodeEmpty(Type.Acknowledgement, this.message.messageId));
    });
  }

  /** The platform's answer; only the first one counts. */
  answer(response: CoapResponse): void {
    if (this.answered) return;
    const observed = this.register(response);
    const piece = this.cut(response, this.options.block2);
    if (observed === undefined) return this.send(piece);
    this.send({ ...piece, options: [observeOption(observed.sequence), ...piece.options] });
    response.observer?.began(observed);
  }

  /** Answers with a later block of what was kept; false when nothing was. */
  laterBlock(): boolean {
    const { block2 } = this.options;
    const piece = block2 && later(this.peer, transferKey("out", this.message.code, this.options), block2);
    if (piece === undefined) return false;
    this.send(piece);
    return true;
  }

  /** Sends the answer as it is. */
  send(piece: Piece): void {
    this.answered = true;
    this.stopTimer();
    const { type, token, messageId } = this.message;
    const message = { code: piece.code, token, options: this.withBlock1(piece.options), payload: piece.payload };
    if (type === Type.NonConfirmable) {
      const own = this.peer.outbox.nextMessageId();
      this.context.send(encode({ ...message, type: Type.NonConfirmable, messageId: own }), this.peer.key);
    } else if (this.acknowledged) {
      const outgoing = { ...message, type: Type.Confirmable };
      this.peer.outbox.push({ message: outgoing, owner: this, failed: () => undefined });
    } else {
      this.reply(encode({ ...message, type: Type.Acknowledgement, messageId }));
    }
  }

  /** The final answer to a body in blocks repeats the last block's option (RFC 7959 section 2.5). */
  private withBlock1(options: readonly Option[]): readonly Option[] {
    const { block1 } = this.options;
    if (block1 === undefined || options.some((one) => one.number === OptionNumber.Block1)) return options;
    return [...options, { number: OptionNumber.Block1, value: uint(blockBits(block1)) }];
  }

  private reply(bytes: Buffer): void {
    this.exchange.reply = bytes;
    this.context.send(bytes, this.peer.key);
  }

  private cut(response: CoapResponse, asked: Block | undefined): Piece {
    const { peers, limits, host } = this.context;
    const key = (): string => transferKey("out", this.message.code, this.options);
    return cut(peers, this.peer, key, response, asked, limits, host.now());
  }

  /** Begins an observation where one was asked for and offered; one of the same token is over in any case. */
  private register(response: CoapResponse): Observed | undefined {
    const { context, peer, message, options } = this;
    if (message.code !== "0.01" || options.observe !== 0) return undefined;
    const name = message.token.toString("hex");
    const before = peer.observations.get(name);
    const sequence = before === undefined ? 0 : (before.sequence + 1) & 0xffffff;
    before?.finish("replaced");
    const full =
      peer.observations.size >= context.limits.observationsPerPeerMax ||
      context.observations >= context.limits.observationsMax;
    if (response.observer === undefined || full || !response.code.startsWith("2.")) return undefined;
    const observed = newObservation(context.host, {
      peer,
      token: message.token,
      observer: response.observer,
      sequence,
      // Notifications begin anew with block 0, of the size that the client asked for.
      cut: (notification) => this.cut(notification, options.block2 && { ...options.block2, num: 0 }),
      over: () => {
        if (peer.observations.get(name) === observed) peer.observations.delete(name);
        context.observations -= 1;
      },
    });
    peer.observations.set(name, observed);
    context.observations += 1;
    return observed;
  }
}
