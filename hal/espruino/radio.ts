/**
 * The state of the radio, for every port that needs a network. Boards without a radio are ready from their boot on, and
 * whatever asks is decided when the image is built.
 */
import { WifiConnection } from "../ports/wifi";
import { breakConnections } from "./sockets";

/** The connection number; written here alone. */
export let connection: WifiConnection = BOARD.radio ? WifiConnection.disconnected : WifiConnection.ready;

export function change(value: WifiConnection): void {
  if (connection === WifiConnection.ready) breakConnections();
  connection = value;
}
