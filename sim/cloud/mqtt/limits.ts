/**
 * What the MQTT server accepts at most. Each limit is tested at its value and one above.
 */
export interface MqttLimits {
  /** Connections at once; one more is closed before a byte of it is read. */
  readonly connectionsMax: number;
  /** From accepting a connection to its CONNECT packet, complete; then it is closed. */
  readonly connectTimeoutMs: number;
  /** Bytes of one packet after its fixed header; a longer one closes the connection when its length is known. */
  readonly packetBytesMax: number;
  /** Bytes (UTF-8) of a topic name or filter. */
  readonly topicBytesMax: number;
  /** Bytes (UTF-8) of a client identifier. */
  readonly clientIdBytesMax: number;
  /** Subscriptions of one connection; one more is answered 0x80. */
  readonly subscriptionsMax: number;
  /** QoS 1 messages on their way to one client, not yet acknowledged. At most 65535. */
  readonly inflightMax: number;
  /** QoS 1 messages that wait behind those in flight; a client that lets more pile up is disconnected. */
  readonly queuedMax: number;
  /** Bytes that wait for a client to read them; beyond, it is disconnected. */
  readonly unreadBytesMax: number;
  /** Unread bytes above which nothing more is read from the client itself: its own flood waits for its own reading. */
  readonly pauseBytes: number;
  /** Packets taken from one connection in a second; then it is not read until the second is over. */
  readonly packetsPerSecMax: number;
}

export const mqttLimits: MqttLimits = {
  connectionsMax: 10000,
  connectTimeoutMs: 10000,
  packetBytesMax: 65536,
  topicBytesMax: 1024,
  clientIdBytesMax: 1024,
  subscriptionsMax: 100,
  inflightMax: 32,
  queuedMax: 1000,
  unreadBytesMax: 1048576,
  pauseBytes: 65536,
  packetsPerSecMax: 20000,
};
