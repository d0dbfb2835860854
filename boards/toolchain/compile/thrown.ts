/** Where an app that runs in this process threw: the map in its script leads from the error's trace back to what a person wrote. */
import { relative, resolve } from "node:path";
import { openSourceMap } from "../scan/source-map";
import type { SourceMap } from "../scan/source-map";
import { isAppFile } from "./app-file";

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
/** A frame of a trace, in a file that has the same name for as long as the process lives. */
const FRAME = /^ +at .*?([^\s()/\\]+):(\d+):(\d+)\)?$/gm;

function mapOf(script: string): SourceMap | undefined {
  const encoded = INLINE_MAP.exec(script)?.[1];
  return encoded === undefined ? undefined : openSourceMap(Buffer.from(encoded, "base64").toString());
}

/**
 * Tells the line of the app at which something was thrown, "app.ts:12", its file as seen from the working folder; undefined for what has
 * no trace, or none that leads through the app. The map is read when it is first asked for.
 *
 * @param root the folder of the framework, from which the map's paths are
 * @param script the app, as it ran under the name `file`
 */
export function thrownAt(root: string, script: string, file: string): (thrown: unknown) => string | undefined {
  let map: SourceMap | undefined;
  return (thrown) => {
    const { stack } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as { readonly stack?: unknown };
    if (typeof stack !== "string") return undefined;
    map ??= mapOf(script);
    for (const [, name, line, column] of stack.matchAll(FRAME)) {
      const place = name === file ? map?.at(Number(line), Number(column) - 1) : undefined;
      if (place !== undefined && isAppFile(root, resolve(root, place.file))) return `${relative(".", resolve(root, place.file))}:${place.line}`;
    }
    return undefined;
  };
}
