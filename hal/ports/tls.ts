/** What a TLS implementation proves, weakest first: compare with `<`. Declared by the adapter, demanded by the settings. */
export const enum TlsLevel {
  /** No TLS at all. */
  none = 0,
  /** Encrypted, but the server's certificate is not checked (Espruino): it stops listeners, not impostors. */
  encryptedUnverified = 1,
  /** The certificate chain and the server's name are checked. */
  verified = 2,
}
