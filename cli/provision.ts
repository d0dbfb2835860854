/** `motet provision`: settings go into the device at a port, are shown, or are erased; for one board, or a bench of them. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { boardIds, loadBoard } from "../boards/toolchain/board";
import type { Board } from "../boards/toolchain/board";
import { CodeBook, readCodes } from "../boards/toolchain/provision/batch";
import type { Outcome } from "../boards/toolchain/provision/batch";
import { checkSettings, eraseDevice, provisionDevice, provisionUnit, showSettings } from "../boards/toolchain/provision/provision";
import type { Provisioned, ProvisionOptions, Restarted } from "../boards/toolchain/provision/provision";
import type { BoardConsole } from "../boards/toolchain/provision/standing";
import type { DeviceSettings } from "../boards/toolchain/provision/settings";
import type { StoredSettings } from "../boards/toolchain/provision/stored";
import { TlsLevel } from "../hal/ports/tls";
import type { Context } from "./context";
import { addLinkOptions, reportingFaults, withBoard, withLuaBoard } from "./link";
import type { LinkOptions } from "./link";
import { askSettings, namesNothing, settingsOf, terminal } from "./provision-options";
import type { SettingOptions } from "./provision-options";

interface Options extends LinkOptions, SettingOptions {
  readonly show?: true;
  readonly erase?: true;
  readonly batch?: string;
  readonly results?: string;
}

const levelNames: Readonly<Record<number, string>> = { [TlsLevel.none]: "none: token and readings travel in clear", [TlsLevel.encryptedUnverified]: "encrypted", [TlsLevel.verified]: "verified" };
const stateNames: Readonly<Record<StoredSettings["state"], string>> = {
  unprovisioned: "not provisioned: it has neither a token nor an activation code with a cloud to go to",
  ready: "provisioned, not activated yet",
  refused: "its activation code was refused by the platform: provision it with another one",
  activated: "activated",
  watcher: "provisioned to watch",
};

/** Opens the console of a board, whatever its runtime. */
function withConsole<T>(board: Board, options: Options, use: (link: BoardConsole, port: string) => Promise<T>): Promise<T> {
  return board.runtime === "lua" ? withLuaBoard(board, options, use) : withBoard(board, options, use);
}

/** What is stored, for a person. Of secrets, that they are there. */
function storedLines({ state, cloud, wifi, code, token, watch, locked, boots, error }: StoredSettings): string[] {
  const place = ({ host, port }: { readonly host: string; readonly port: number }): string => (port === 0 ? host : `${host}:${port}`);
  return [
    `  state   ${stateNames[state]}`,
    ...(cloud === undefined ? [] : [`  cloud   ${place(cloud)}, TLS ${levelNames[cloud.tls] ?? "unknown"}${cloud.timeHost === "" ? "" : `, time from ${cloud.timeHost}`}`]),
    ...(wifi === undefined ? [] : [`  wifi    ${wifi.ssid}, ${wifi.password ? "password stored" : "open"}`]),
    ...(code ? ["  code    stored"] : []),
    ...(token ? ["  token   stored"] : []),
    ...(watch === undefined ? [] : [`  watch   ${place(watch)}, TLS ${levelNames[watch.tls] ?? "unknown"}${watch.user === "" ? "" : `, as ${watch.user}`}, ${watch.secret ? "secret stored" : "no secret"}`]),
    ...(locked ? ["  console locked with a password"] : []),
    ...(boots === undefined ? [] : [`  boots   ${boots.total}, of them quick and in a row ${boots.quick}${error === undefined ? "" : `; the last one ended by itself with error ${error}`}`]),
  ];
}

function bootLine({ hasProgram, boot, build }: Restarted, board: Board, port: string): string {
  if (!hasProgram) return `It has no app yet: motet flash --board ${board.id} --port ${port}`;
  const which = build === undefined ? "" : `, build ${build}`;
  return boot === undefined ? `It has not said yet that it booted: look with "motet monitor --board ${board.id} --port ${port}".` : `booted: ${boot}${which}`;
}

function report({ output }: Context, event: string, board: Board, port: string, done: Provisioned, more: { readonly [field: string]: unknown } = {}): void {
  const { runtime, unit, stored, build, boot } = done;
  output.report({ event, board: board.id, port, unit, runtime, ...more, ...stored, build, booted: boot !== undefined, boot }, [`unit ${unit}, ${board.id}`, ...storedLines(stored), bootLine(done, board, port)]);
}

async function chosenSettings(options: Options, board: Board): Promise<DeviceSettings> {
  const settings = namesNothing(options) && terminal.isThere ? await askSettings(options, board.constants.radio, terminal) : await settingsOf(options);
  if (Object.keys(settings).length === 0) throw new Error("There is nothing to provision: name settings (--cloud, --ssid, --code, --token, --watch, --lock), or use --show, --erase or --batch.");
  checkSettings(board, settings);
  return settings;
}

/** What was done besides so that nothing remains in the chip. */
const proofs: Readonly<Record<Board["runtime"], string>> = { espruino: "", lua: ", and with them the whole file system, into which the app was put back" };

async function runErase(context: Context, board: Board, options: Options, how: ProvisionOptions): Promise<void> {
  await withConsole(board, options, async (link, port) => {
    const done = await eraseDevice(link, board, how);
    const { unit, runtime, scannedBytes, build, boot } = done;
    context.output.report({ event: "erased", board: board.id, port, unit, runtime, scannedBytes, build, booted: boot !== undefined, boot }, [
      `unit ${unit}, ${board.id}: token, settings and log are erased${proofs[board.runtime]}; ${scannedBytes} bytes of flash were read back and hold nothing of them`,
      bootLine(done, board, port),
    ]);
  });
}

const outcomes: Readonly<Record<Outcome, string>> = {
  provisioned: "took a code",
  kept: "had its code already, and keeps it",
  foreign: "got no code, because it holds a code or a token from elsewhere: erase it first, with --erase",
};

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error(`The file of codes cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): give --batch the path of a file with one code a line.`, { cause });
  }
}

/** One board after the other: at each port once, and then, where a person is there to change them, again. */
async function runBatch(context: Context, board: Board, options: Options, how: ProvisionOptions): Promise<void> {
  const { output } = context;
  if (options.code !== undefined || options.token !== undefined) throw new Error("With --batch the codes come from its file: leave --code and --token out.");
  const codes = readCodes(readText(options.batch!));
  const common = await settingsOf(options);
  checkSettings(board, common);
  const results = options.results ?? `${options.batch!}.results.csv`;
  const ports = options.port === undefined ? [undefined] : options.port.split(",");
  const book = new CodeBook(codes, results);
  try {
    for (let isMore = true; isMore; ) {
      for (const port of ports) {
        await withConsole(board, { ...options, ...(port === undefined ? {} : { port }) }, async (link, name) => {
          let outcome: Outcome = "foreign";
          const done = await provisionUnit(link, board, (unit, stored) => {
            const chosen = book.choose(unit, stored);
            outcome = chosen.outcome;
            return outcome === "foreign" ? undefined : { ...common, ...chosen.settings };
          }, how);
          if (outcome !== "foreign") book.confirm(done.unit);
          report(context, "unit", board, name, done, { outcome, left: book.left });
          output.note(`  batch   ${outcomes[outcome]}; ${book.left} codes left, results in ${results}`);
        });
      }
      isMore = terminal.isThere && book.left > 0 && (await terminal.ask("Change the board and press Enter; type q to end: ", false)).trim() === "";
    }
  } finally {
    book.close();
  }
}

async function runProvision(context: Context, options: Options): Promise<void> {
  const { output, root } = context;
  const modes = [options.show, options.erase, options.batch].filter((mode) => mode !== undefined);
  if (modes.length > 1) throw new Error("Choose one of --show, --erase and --batch.");
  if ((options.show ?? options.erase) !== undefined && !namesNothing(options)) throw new Error("With --show or --erase nothing is stored: leave the settings out.");
  const board = loadBoard(root, options.board);
  const how: ProvisionOptions = { boards: boardIds(root).map((id) => loadBoard(root, id)), step: (text) => output.note(text) };
  if (options.batch !== undefined) return runBatch(context, board, options, how);
  if (options.erase) return runErase(context, board, options, how);
  if (options.show) return withConsole(board, options, async (link, port) => report(context, "settings", board, port, await showSettings(link, board, how)));
  // Asked for and checked before the port is opened: nobody types while a board waits, and opening may reset it.
  const settings = await chosenSettings(options, board);
  await withConsole(board, options, async (link, port) => report(context, "provisioned", board, port, await provisionDevice(link, board, settings, how)));
}

export function addProvision(program: Command, context: Context): void {
  const command = program.command("provision").description("hand a device its WiFi, its cloud and its activation code, show what it holds, or erase it");
  addLinkOptions(command)
    .option("--platform <name>", "what a person is asked for: thethings, evrythng or thingsboard", "thethings")
    .option("--cloud <address>", "mqtts://HOST[:PORT], mqtt://, coap://, ws:// or wss://; one without TLS is one that the device may use")
    .option("--tls <level>", "the least that the token may be sent over: none, encrypted or verified (default: by the address)")
    .option("--time-host <host>", "an SNTP server")
    .option("--ssid <name>", "the WiFi network")
    .option("--password <source>", "its password: @FILE, or - for standard input; at a terminal it is asked for")
    .option("--code <source>", "activation code (ThingsBoard: a profile's key:secret): @FILE, or -")
    .option("--token <source>", "in its place, a token made by hand (EVRYTHNG: the thng's id and its key): @FILE, or -")
    .option("--watch <address>", "where an app watches: wss://HOST[:PORT] or ws://HOST[:PORT]")
    .option("--watch-user <source>", "the user's name there (EVRYTHNG: leave it out): @FILE, or -")
    .option("--watch-secret <source>", "the user's password, or a key: @FILE, or -")
    .option("--lock <source>", "lock the console with this password from the next boot on, for production: @FILE, or -")
    .option("--unlock", "leave the console open, for development")
    .option("--show", "show what the device holds; of secrets, that they are there")
    .option("--erase", "make the device forget token, settings and log, and prove it by reading its flash")
    .option("--batch <codes>", "give each board a code of its own from a file with one a line; --port may name several, with commas between")
    .option("--results <file>", "where a batch writes down which unit took which code (default: beside the codes)")
    .option("--json", "print one event per line as JSON")
    .action((options: Options) => reportingFaults(context, () => runProvision(context, options)));
}
