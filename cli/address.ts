/** An address of a cloud, as a person writes it. */

export interface Address {
  readonly scheme: string;
  readonly host: string;
  /** 0 where none is named: the scheme's own. */
  readonly port: number;
}

const PORT_MAX = 65535;

/** "mqtts://HOST[:PORT]" in its parts; undefined for what is none. `schemes` is a pattern of those that may be. */
export function addressOf(text: string, schemes: string): Address | undefined {
  const [, scheme, host, port] = new RegExp(`^(${schemes})://([A-Za-z0-9.-]+)(?::(\\d{1,5}))?/?$`).exec(text) ?? [];
  return scheme === undefined || Number(port ?? "0") > PORT_MAX ? undefined : { scheme, host: host!, port: Number(port ?? "0") };
}
