/**
 * What an adapter knows of the board it is compiled for. Each member is replaced by its literal when a device is built, from
 * the `constants` of boards/<id>/board.json, so that branches for other boards vanish from the image.
 */
declare const BOARD: {
  readonly chip: "esp32" | "esp8266" | "linux";
  /** False for a machine that is on the network from its boot on. */
  readonly radio: boolean;
  /** A `TlsLevel`: what TLS of this runtime on this board is worth. */
  readonly tlsLevel: number;
  /** The most bytes one write of the `tcp` port takes. */
  readonly tcpWriteBytesMax: number;
  /** The largest datagram, in and out. */
  readonly udpBytesMax: number;
  /** The most TCP sockets, and the most UDP sockets, at a time. */
  readonly socketsMax: number;
  readonly watchdog: boolean;
  readonly deepSleep: boolean;
  /** True when the runtime opens a console on the network unless it is told not to. */
  readonly telnet: boolean;
  /** Where an area is: raw flash at an address, or one file per erase block. */
  readonly flash: "raw" | "files";
  readonly blockBytes: number;
  /** Byte address of the areas in raw flash; 0 for files. */
  readonly recordsAddress: number;
  readonly recordsBlocks: number;
  readonly logAddress: number;
  readonly logBlocks: number;
  /** Pins of the bus "default", as the runtime names them. */
  readonly i2cSda: string;
  readonly i2cScl: string;
};
