/**
 * All ports of a board with Espruino.
 *
 * What no adapter can make good, because the engine does not tell:
 * - A connection that the peer resets is `closed`, as if ended in order (ESP32, PC).
 * - Timers that fall due while the engine is busy run in the order in which they were started, whatever their spans. Ticks that
 *   an interval misses while `connect` blocks are left out; those missed through other work come in a burst.
 * - An ESP32 tells a boot after a loss of power and after deep sleep, and no other; a PC none (`unknown`).
 * - An empty datagram ends the socket that receives it (ESP32, PC): `broken`.
 * - TLS checks no certificate and sends no server name.
 */
import type { Ports } from "../ports/index";
import { analog } from "./analog";
import { checksum } from "./checksum";
import { clock } from "./clock";
import { digital } from "./digital";
import { dns } from "./dns";
import { flash } from "./flash";
import { i2c } from "./i2c";
import { log } from "./log";
import { random } from "./random";
import { system } from "./system";
import { tcp } from "./tcp";
import { udp } from "./udp";
import { wifi } from "./wifi";

export const ports: Ports = { clock, random, log, wifi, dns, tcp, udp, flash, checksum, i2c, digital, analog, system };
