/**
 * What the network is like for a machine at present: latency, loss, and the faults that are switched on. A mutable struct;
 * a change holds for what is sent from then on.
 */

export interface Range {
  min: number;
  max: number;
}

export interface Conditions {
  /** One way, ms. */
  latencyMs: Range;
  /** The largest piece in which TCP bytes arrive; each piece's size is drawn between the two. */
  tcpSegmentBytes: Range;
  /** Share of TCP segments that are sent again: they, and all behind them, come `tcpRetransmitMs` later. */
  tcpLossRate: number;
  tcpRetransmitMs: number;
  /** What a connect meets: the server, a refusal, or nothing (`timeout` after `tcpConnectTimeoutMs`). */
  tcpConnect: "open" | "refuse" | "silent";
  tcpConnectTimeoutMs: number;
  /** Shares of datagrams that are lost, arrive twice, or are held back by `udpReorderMs`. */
  udpLossRate: number;
  udpDuplicateRate: number;
  udpReorderRate: number;
  udpReorderMs: number;
  /** What a question for a name meets: the answer, `broken`, or nothing (`timeout`). */
  dns: "answer" | "fail" | "silent";
}

/** A good network: 20 to 50 ms one way, nothing lost. */
export function createConditions(changes: Partial<Conditions> = {}): Conditions {
  return {
    latencyMs: { min: 20, max: 50 },
    tcpSegmentBytes: { min: 536, max: 536 },
    tcpLossRate: 0,
    tcpRetransmitMs: 200,
    tcpConnect: "open",
    tcpConnectTimeoutMs: 20000,
    udpLossRate: 0,
    udpDuplicateRate: 0,
    udpReorderRate: 0,
    udpReorderMs: 100,
    dns: "answer",
    ...changes,
  };
}
