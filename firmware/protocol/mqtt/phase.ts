/** Where a session stands with its broker. */
export const enum MqttPhase {
  /** No connection: before `mqttConnect`, and after `sink.close` or `mqttClosed`. */
  closed = 0,
  /** CONNECT is sent, CONNACK is not here yet. */
  connecting = 1,
  connected = 2,
  /** The options were refused; this session never connects. */
  invalid = 3,
}
