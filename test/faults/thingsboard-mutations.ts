/**
 * Mistakes that the local ThingsBoard could have, made on purpose: each must fail a test of the suite that it names.
 */
import type { SourceMutation } from "./source-mutation";

const suite = (name: string): string => `test/conformance/thingsboard-${name}.test.ts`;

/** Files below sim/cloud/thingsboard. */
export const cloudMutations: readonly SourceMutation[] = [
  { says: "tenants see each other's devices", file: "core.ts", from: "info.tenantId === who.tenantId && (", to: "(", suite: suite("isolation") },
  { says: "a customer sees all of the tenant", file: "core.ts", from: "who.customerId === undefined || info", to: "true || info", suite: suite("isolation") },
  { says: "tokens never end", file: "accounts.ts", from: 'claims["exp"] * 1000 > host.now()', to: "true", suite: suite("connection") },
  { says: "a socket is never too silent", file: "ws/socket.ts", from: "this.end(Close.NOT_RELIABLE, \"No activity\")", to: "undefined", suite: suite("connection") },
  { says: "old values overwrite new ones at the client", file: "ws/latest.ts", from: "(now.ts < before.ts && !isGone(change)) || ", to: "", suite: suite("entities") },
  { says: "the second page begins with the first", file: "paging.ts", from: "const from = pageSize * page;", to: "const from = 0;", suite: suite("entities") },
  { says: "points come oldest first", file: "series.ts", from: 'order === "DESC"', to: 'order !== "DESC"', suite: suite("legacy") },
  { says: "averages of whole numbers are whole", file: "series.ts", from: "doubleText(sumOf(numbers) / numbers.length)", to: "String(sumOf(numbers) / numbers.length)", suite: suite("legacy") },
  { says: "a cleared alarm is active", file: "ws/counts.ts", from: "!alarm.cleared && ", to: "", suite: suite("alarms") },
  { says: "what is read counts as unread", file: "notifications.ts", from: "!(unreadOnly && read) && ", to: "", suite: suite("notifications") },
  { says: "a closed socket goes on listening", file: "ws/socket.ts", from: "for (const subscription of map.values()) subscription.stop();", to: "", suite: suite("session") },
  { says: "what is no JSON is acknowledged", file: "mqtt.ts", from: "device: session.device.info.id });\n  return false;", to: "device: session.device.info.id });\n  return true;", suite: "test/interop/thingsboard-devices.test.ts" },
  { says: "any secret provisions", file: "provision.ts", from: ' || profile.secret !== asked["provisionDeviceSecret"]', to: "", suite: "test/interop/thingsboard-devices.test.ts" },
  { says: "attributes are lost at a restart", file: "state.ts", from: 'yield { t: "attributes", id: info.id, scope, values };', to: "void values;", suite: "sim/cloud/thingsboard/storage.test.ts" },
];
