/** `motet send`: a command from the app's side to the device that `motet sim` runs. */
import type { Command } from "commander";
import { sendCommand } from "../sim/desk/session";
import { isOnlyWatched, sendAlarm, sendWatched } from "../sim/desk/watched";
import { defaultState } from "./context";
import type { Context } from "./context";

export function addSend(program: Command, context: Context): void {
  program
    .command("send")
    .description("send a command to the device that `motet sim` runs; where that only watches, say a value of what it watches")
    .argument("<key>", "the command's key, e.g. fan; with --alarm, the alarm's type")
    .argument("<value>", "its value: JSON (true, 21.5) or text")
    .option("--call", "on ThingsBoard, call the device and wait for its answer, in place of writing a shared attribute")
    .option("--alarm", "on ThingsBoard, raise (true) or clear (false) an alarm that a device watches")
    .option("--state <dir>", "the state folder of the running simulation", defaultState)
    .option("--json", "print one event per line as JSON")
    .action(async (key: string, value: string, options: { state: string; call?: boolean; alarm?: boolean }) => {
      if (options.alarm === true && options.call === true) throw new Error("An alarm is raised and a device is called: leave --alarm or --call out.");
      if (options.call === true && isOnlyWatched(options.state)) throw new Error("A device that only watches cannot be called: leave --call out.");
      if (options.alarm === true) await sendAlarm(options.state, key, value);
      else if (isOnlyWatched(options.state)) await sendWatched(options.state, key, value);
      else await sendCommand(options.state, key, value, options.call);
      context.output.event({ event: "sent", key });
    });
}
