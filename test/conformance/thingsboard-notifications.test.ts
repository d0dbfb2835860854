/** ThingsBoard's notifications over WebSocket: lists, counts, and marking as read. */
import { ann, carl, openCloud } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { openApi } from "../support/thingsboard-socket";
import type { ApiClient, Frame } from "../support/thingsboard-socket";
import { statement } from "./statement";

let cloud: Cloud;
let token: string;
let client: ApiClient;

beforeEach(async () => {
  cloud = await openCloud({ users: [ann, carl] });
  token = await cloud.login(ann);
  client = await openApi(cloud.ports.http, token);
  for (let i = 1; i <= 5; i += 1) await notify(`n${i}`, i === 5 ? "GENERAL" : "ALARM");
});
afterEach(async () => {
  await client.close();
  await cloud.close();
});

async function notify(text: string, type = "ALARM"): Promise<void> {
  expect((await cloud.rest(token, "/api/notification/request", { type, subject: "High", text })).status).toBe(200);
}

interface Shown {
  readonly id: string;
  readonly text: string;
}
const listed = (frame: Frame): readonly Shown[] => frame["notifications"] as readonly Shown[];
const subscription = { cmdId: 7, type: "NOTIFICATIONS", limit: 3 };
const counter = { cmdId: 8, type: "NOTIFICATIONS_COUNT" };
const news = async (): Promise<unknown[]> =>
  (await client.rest()).map((frame) => [frame.cmdId, listed(frame)?.map(({ text }) => text) ?? null, (frame.update as unknown as Shown | null | undefined)?.text, frame["totalUnreadCount"], frame["sequenceNumber"]]);

statement("TB-34", "the newest unread notifications up to the limit, the count of all, and each that comes", async () => {
  const first = await client.ask(subscription);
  expect(first).toEqual({
    cmdId: 7, errorCode: 0, errorMsg: null, cmdUpdateType: "NOTIFICATIONS", update: null, totalUnreadCount: 5, sequenceNumber: 1, notifications: expect.any(Array) as unknown,
  });
  expect(listed(first).map(({ text }) => text)).toEqual(["n5", "n4", "n3"]);
  expect(listed(first)[1]).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, createdTime: expect.any(Number) as number, type: "ALARM", subject: "High", text: "n4", read: false, status: "SENT" });
  await notify("n6");
  expect(await news()).toEqual([[7, null, "n6", 6, 2]]);
  client.commands({ ...subscription, types: ["GENERAL"] });
  expect(await news()).toEqual([[7, ["n5"], undefined, 1, 1]]);
  await notify("n7", "ALARM");
  expect(await client.rest()).toEqual([]);
  for (const limit of [0, 1001, "3"]) expect(await client.ask({ ...subscription, limit })).toMatchObject({ cmdId: 7, errorCode: 2 });
});

statement("TB-35", "the count of unread notifications alone, again when it changes; another user's are none of it", async () => {
  expect(await client.ask(counter)).toEqual({ cmdId: 8, errorCode: 0, errorMsg: null, cmdUpdateType: "NOTIFICATIONS_COUNT", totalUnreadCount: 5, sequenceNumber: 1 });
  await notify("n6");
  expect(await client.rest()).toEqual([expect.objectContaining({ cmdId: 8, totalUnreadCount: 6, sequenceNumber: 2 })]);
  const others = await openApi(cloud.ports.http, await cloud.login(carl));
  others.commands({ cmdId: 9, type: "MARK_ALL_NOTIFICATIONS_AS_READ" });
  await others.rest();
  await others.close();
  expect(await client.rest()).toEqual([]);
});

statement("TB-36", "marking some as read has no answer; lists and counts show it, unknown ids are passed over, other people's too", async () => {
  const [newest] = listed(await client.ask(subscription));
  await client.ask(counter);
  const mark = (...notifications: string[]): void => client.commands({ cmdId: 9, type: "MARK_NOTIFICATIONS_AS_READ", notifications });
  mark("13814000-1dd2-11b2-8080-808080808080");
  const carls = await openApi(cloud.ports.http, await cloud.login(carl));
  carls.commands({ cmdId: 1, type: "MARK_NOTIFICATIONS_AS_READ", notifications: [newest!.id] });
  await carls.rest();
  await carls.close();
  expect(await news()).toEqual([]);
  mark(newest!.id);
  expect(await news()).toEqual([[7, ["n4", "n3", "n2"], undefined, 4, 2], [8, null, undefined, 4, 2]]);
  const unlisted = (await cloud.rest(token, "/api/notifications?unreadOnly=true")).json as { data: { id: { id: string }; text: string }[] };
  mark(unlisted.data.find(({ text }) => text === "n1")!.id.id);
  expect(await news()).toEqual([[7, null, undefined, 3, 3], [8, null, undefined, 3, 3]]);
});

statement("TB-37", "marking all as read empties the list", async () => {
  await client.ask(subscription);
  await client.ask(counter);
  client.commands({ cmdId: 10, type: "MARK_ALL_NOTIFICATIONS_AS_READ" });
  expect(await news()).toEqual([[7, [], undefined, 0, 2], [8, null, undefined, 0, 2]]);
  expect((await cloud.rest(token, "/api/notifications/unread/count")).json).toBe(0);
});

test("with the wire of the server, a notification has the form that its clients know", async () => {
  const own = await openCloud({ ws: { notifications: "server" } });
  const ownToken = await own.login(ann);
  await own.rest(ownToken, "/api/notification/request", { type: "GENERAL", subject: "s", text: "t" });
  const socket = await openApi(own.ports.http, ownToken);
  const [one] = (await socket.ask(subscription))["notifications"] as unknown[];
  expect(one).toMatchObject({ id: { entityType: "NOTIFICATION" }, recipientId: { entityType: "USER" }, deliveryMethod: "WEB", status: "SENT" });
  await socket.close();
  await own.close();
});
