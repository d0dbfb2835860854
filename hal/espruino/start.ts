/**
 * The first lines of every image, before the program: what the engine leaves open to the network is closed, and what nothing
 * caught is heard.
 */

/**
 * A TLS handshake that failed ends here, as an exception of the engine's own, and as `close` of its socket, which is told.
 * Anything else is a mistake in the image: it goes to the console as it would without this, with the places that led to it.
 */
function uncaught(error: unknown): void {
  const text = "" + (error as string);
  if ((text + " ").indexOf("mbedtls") >= 0) return;
  print("Uncaught " + text);
  // Without memory there is no error, and without an error no trace.
  const stack = error === undefined ? undefined : (error as EspruinoThrown).stack;
  if (stack !== undefined) print(stack);
}

/**
 * Runs a program on a board made ready for it.
 *
 * @cold
 */
export function start(run: (this: void) => void): void {
  // A console on the network, without a password.
  if (BOARD.telnet) require("TelnetServer").setOptions({ mode: "off" });
  // An access point that anyone may join.
  if (BOARD.radio) require("Wifi").stopAP();
  if (BOARD.tlsLevel > 0) process["#onuncaughtException"] = uncaught;
  run();
}

/**
 * Locks the consoles of the board until somebody types the password; "" leaves them open, as development wants them.
 *
 * @cold
 */
export function lockConsole(password: string): void {
  if (password === "") return;
  E.setPassword(password);
  E.lockConsole();
}
