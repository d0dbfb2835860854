import { isTopicFilter, isTopicName } from "./topic";

test("the longest topic and filter, and one byte more", () => {
  expect(isTopicName("t".repeat(65535))).toBe(true);
  expect(isTopicName("t".repeat(65536))).toBe(false);
  expect(isTopicFilter("t".repeat(65535))).toBe(true);
  expect(isTopicFilter("t".repeat(65536))).toBe(false);
});

test("a topic name has no wildcard anywhere", () => {
  for (const topic of ["a", "/", "a b", "$x", "a/b/"]) expect([topic, isTopicName(topic)]).toEqual([topic, true]);
  for (const topic of ["", "+", "a/#", "a+", "\u0000", "\u00ff"]) expect([topic, isTopicName(topic)]).toEqual([topic, false]);
});

test("a wildcard of a filter stands alone in its level", () => {
  for (const filter of ["#", "a/#", "+", "+/a", "a/+/b", "/+/#"]) expect([filter, isTopicFilter(filter)]).toEqual([filter, true]);
  for (const filter of ["", "a#", "#/", "a/#/", "a+", "+a", "a/+b/c", "+#"]) expect([filter, isTopicFilter(filter)]).toEqual([filter, false]);
});
