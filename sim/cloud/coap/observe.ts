/**
 * Observations (RFC 7641): who is told of what, in which order, and when that is over.
 */
import type { Host } from "../host";
import { transmission } from "./limits";
import type { Piece } from "./blocks";
import type { Observed, Peer } from "./peers";
import type { CoapResponse, ObservationEnd, Observer } from "./service";
import { OptionNumber, Type, uint } from "./wire";
import type { Option } from "./wire";

export interface Registration {
  readonly peer: Peer;
  readonly token: Buffer;
  readonly observer: Observer;
  /** Of the observation that this one takes the place of, plus one; otherwise 0. */
  readonly sequence: number;
  /** Puts a response into the form of one message, by the block size that the client asked for. */
  readonly cut: (response: CoapResponse) => Piece;
  /** Told when it is over in any way, before the observer. */
  readonly over: () => void;
}

export function observeOption(sequence: number): Option {
  return { number: OptionNumber.Observe, value: uint(sequence) };
}

export function newObservation(host: Host, registration: Registration): Observed {
  const { peer, token, observer } = registration;
  const owner = {};
  let sequence = registration.sequence;
  let confirmedAt = host.now();
  let over = false;

  function leave(): boolean {
    if (over) return false;
    over = true;
    registration.over();
    peer.outbox.withdraw(owner);
    return true;
  }

  function finish(cause: ObservationEnd): void {
    if (leave()) observer.ended(cause);
  }

  function notify(response: CoapResponse, confirmable: boolean): void {
    if (over) return;
    const piece = registration.cut(response);
    const success = piece.code.startsWith("2.");
    sequence = (sequence + 1) & 0xffffff;
    const confirm = confirmable || !success || host.now() - confirmedAt >= transmission.confirmEveryMs;
    if (confirm) confirmedAt = host.now();
    const options = success ? [observeOption(sequence), ...piece.options] : piece.options;
    const type = confirm ? Type.Confirmable : Type.NonConfirmable;
    const message = { type, code: piece.code, token, options, payload: piece.payload };
    // The last word has an owner of its own, since what is left of the observation is withdrawn with it.
    peer.outbox.push({ message, owner: success ? owner : {}, failed: success ? finish : () => undefined });
    if (!success) finish("error");
  }

  return {
    get sequence() {
      return sequence;
    },
    notify,
    end: () => void leave(),
    finish,
  };
}
