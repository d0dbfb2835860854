/** How a call on the MQTT core went, and why a connection ended. The numbers are stable: they are reported as "last error". */
export const enum MqttCode {
  ok = 0,
  /** CONNACK return codes, with their numbers on the wire [MQTT 3.1.1, 3.2.2.3]. */
  refusedProtocol = 1,
  refusedClientId = 2,
  refusedServer = 3,
  refusedCredentials = 4,
  refusedAuthorization = 5,
  /** The peer broke the protocol. */
  protocolError = 6,
  /** More bytes than `packetBytesMax`, received or to be sent. */
  packetTooLarge = 7,
  /** No CONNACK, SUBACK, UNSUBACK or PUBACK within `ackTimeoutMs` (session.ts). */
  ackTimeout = 8,
  /** No PINGRESP within `ackTimeoutMs` (session.ts): the peer is gone. */
  keepAliveTimeout = 9,
  /** As many QoS 1 publishes as the window holds are unacknowledged, or those of the session before are still being re-sent. */
  windowFull = 10,
  /** Only a connected session can do this. */
  notConnected = 11,
  /** Our own mistake: an option, topic, filter, QoS or packet identifier that cannot be. Nothing was sent. */
  invalid = 12,
}
