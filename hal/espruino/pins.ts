/** The engine's pins by name. */

/**
 * The pin of that name, or undefined when the board has none.
 *
 * @cold
 */
export function findPin(name: string): Pin | undefined {
  try {
    return new Pin(name);
  } catch {
    return undefined;
  }
}
