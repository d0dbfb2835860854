/** Names to addresses. */
export interface DnsPort {
  /**
   * Resolves a host name; an IP address resolves to itself. Exactly one callback follows, on a later turn: `fault` 0 and
   * the address as `tcp` and `udp` take it, or `notFound`, `timeout` or `broken` and an empty text.
   */
  resolve(this: void, host: string, done: (this: void, fault: number, address: string) => void): void;
}
