/**
 * What NodeMCU offers to a program, by its Lua: the dev branch on the ESP8266 is 5.1, dev-esp32 is 5.3. Less than desktop
 * Lua: what is absent here does not exist on every image that the framework supports.
 */
import type { LuaVersion } from "./target";

const words = (text: string): string[] => text.split(" ");

const base = words("assert collectgarbage dofile error getmetatable ipairs loadfile next pairs pcall print rawequal rawget rawset require select setmetatable tonumber tostring type");
const libraries = words("string table math coroutine");

const modules: Readonly<Record<LuaVersion, readonly string[]>> = {
  "5.1": words("adc bit crypto dht file gpio i2c net node ow pwm rtcmem rtctime sntp spi tls tmr uart wifi"),
  "5.3": words("adc crypto dht file gpio i2c io ledc net node ow sodium spi time tmr uart wifi"),
};

/** Every global that a program may read. */
export function globalsOf(lua: LuaVersion): ReadonlySet<string> {
  return new Set([...base, ...(lua === "5.1" ? ["unpack", "loadstring"] : ["load"]), ...libraries, ...modules[lua]]);
}

/** Members of Lua's own libraries that every image has, whatever its number format. */
export function membersOf(lua: LuaVersion): ReadonlyMap<string, ReadonlySet<string>> {
  const is53 = lua === "5.3";
  return new Map([
    ["string", new Set(words("byte char find format gmatch gsub len lower match rep reverse sub upper"))],
    ["table", new Set(words(`concat insert remove sort${is53 ? " unpack" : ""}`))],
    ["math", new Set(words(`abs ceil floor max min random randomseed sqrt huge${is53 ? " type tointeger" : " pow"}`))],
    ["bit", new Set(words("band bor bxor bnot lshift rshift arshift isset isclear set clear bit"))],
  ]);
}
