/**
 * What the device says of itself: to a console on hardware, to a listener in the simulator.
 *
 * A record is an event's name, one number and one short text. **No secret may be in it**: the agent passes codes,
 * counts, keys and values of readings, never a token, an activation code, a password or a topic.
 */
export interface LogPort {
  /** Records one event. `event` is a literal; `text` may be empty. Never fails and never blocks. */
  record(this: void, event: string, number: number, text: string): void;
}
