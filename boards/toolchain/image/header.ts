/**
 * For which chip an image is, as far as it says so itself.
 *
 * Facts: Espressif, "Firmware Image Format" of esptool's documentation: eight bytes for the ESP8266, sixteen more from the ESP32 on, which
 * hold the chip's number. An ESP8266's image has no number; its entry lies in that chip's instruction memory.
 */

const MAGIC = 0xe9;
/** An ESP8266's application that a second-stage loader starts ("version 2" images). */
const MAGIC_8266_APP = 0xea;
const HEADER_BYTES = 24;
const ENTRY_AT = 4;
const CHIP_AT = 12;
/** The ESP8266's instruction memory: 64 KB. */
const ENTRY_8266 = { from: 0x40100000, to: 0x40110000 } as const;

/** Numbers of chips in images, as Espressif gives them out. */
const chips: Readonly<Record<number, string>> = { 0: "esp32", 2: "esp32s2", 5: "esp32c3", 9: "esp32s3", 12: "esp32c2", 13: "esp32c6", 16: "esp32h2", 18: "esp32p4", 20: "esp32c61", 23: "esp32c5" };

/** The chip that an image is for ("esp32c3"), "unknown" for one that this table has not, or undefined for bytes that are no image. */
export function chipOfImage(bytes: Uint8Array): string | undefined {
  if (bytes[0] === MAGIC_8266_APP) return "esp8266";
  if (bytes[0] !== MAGIC || bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = view.getUint32(ENTRY_AT, true);
  if (entry >= ENTRY_8266.from && entry < ENTRY_8266.to) return "esp8266";
  return chips[view.getUint16(CHIP_AT, true)] ?? "unknown";
}
