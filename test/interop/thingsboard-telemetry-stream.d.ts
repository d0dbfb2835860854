/** What the suites use of the package thingsboard-telemetry-stream, which brings no types. */
declare module "thingsboard-telemetry-stream" {
  interface Connection {
    addEventListener(event: "close", listener: () => void): void;
    close(): void;
  }
  interface Page {
    readonly data: readonly { readonly entityId: { readonly entityType: string; readonly id: string } }[];
  }
  export function connect(options: { useHttps: boolean; host: string; user: string; password: string }): Promise<Connection>;
  export function fetchDevices(connection: Connection, group: string): Promise<Page["data"]>;
  export function getCommandId(connection: Connection): number;
  export function sendCommands(connection: Connection, commands: object): Promise<{ readonly entityDataCmds: readonly Page[] }>;
  export function subscribeToTimeseries(connection: Connection, ids: readonly string[]): Promise<{ on(event: "data", listener: (id: string, data: unknown) => void): void }>;
}
