/** Setting up a pin of the chip, by its number. */
import { setPin as setPin32 } from "./esp32";
import { setPin as setPin8266 } from "./esp8266";

/**
 * Makes the pin what `mode` (a DigitalMode) says; `watched` where changes will be told. False for what the chip lacks;
 * raises an error for a pin that cannot be that.
 */
export function setPin(pin: number, mode: number, watched: boolean): boolean {
  if (BOARD.chip === "esp32") return setPin32(pin, mode);
  return setPin8266(pin, mode, watched);
}
