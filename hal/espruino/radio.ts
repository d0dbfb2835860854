/**
 * The state of the radio, for every port that needs a network. Boards without a radio are ready from their boot on, and
 * whatever asks is decided when the image is built.
 */
import { WifiConnection } from "../ports/wifi";

/** The connection number; written here alone. */
export let connection: WifiConnection = BOARD.radio ? WifiConnection.disconnected : WifiConnection.ready;

/** Ends what cannot outlive the network; undefined while there is nothing. */
let lost: ((this: void) => void) | undefined;

/**
 * `run` is to be called, on a turn of its own, whenever the network is lost or left.
 *
 * @cold
 */
export function whenLost(run: (this: void) => void): void {
  lost = run;
}

export function change(value: WifiConnection): void {
  if (connection === WifiConnection.ready && lost !== undefined) setTimeout(lost, 0);
  connection = value;
}
