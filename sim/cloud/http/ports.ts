/**
 * What to tell a user whose port cannot be had.
 */

/** Refused at starting: one sentence for the user, saying which port and what to do. */
export class PortError extends Error {
  override readonly name = "PortError";
}

/** The error of a listener as a sentence. `option` is the command line's name of the port, e.g. "http". */
export function portError(error: unknown, option: string, address: string, port: number): PortError {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
  const remedy = `choose another with --${option} (0 takes a free one)`;
  if (code === "EADDRINUSE") return new PortError(`The ${option} port ${port} on ${address} is in use: stop what uses it, or ${remedy}.`);
  if (code === "EACCES") return new PortError(`The ${option} port ${port} on ${address} is reserved for the administrator: ${remedy}.`);
  if (code === "EADDRNOTAVAIL") return new PortError(`The address ${address} is not one of this machine: name another with --host.`);
  return new PortError(`The ${option} port ${port} on ${address} cannot be opened (${code}): ${remedy}.`);
}
