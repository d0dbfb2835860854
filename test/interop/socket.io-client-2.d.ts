/** socket.io-client 2.5.0 under its alias; it ships no types. */
declare module "socket.io-client-2" {
  export default function io(url: string, options: object): unknown;
}
