/** NodeMCU's ports, for the ESP8266 and the ESP32. */
import type { Ports } from "../ports/index";
import { analog } from "./analog";
import { checksum } from "./checksum";
import { clock } from "./clock";
import { digital } from "./digital";
import { dns } from "./dns";
import { flash } from "./flash";
import { i2cPort } from "./i2c";
import { log } from "./log";
import { random } from "./random";
import { system } from "./system";
import { tcp } from "./tcp";
import { udp } from "./udp";
import { wifiPort } from "./wifi";

export const ports: Ports = { clock, random, log, wifi: wifiPort, dns, tcp, udp, flash, checksum, i2c: i2cPort, digital, analog, system };
