/**
 * Tasks of batches (T4, T5): one that was asked for is done on a later turn, and told when it is done.
 */
import { find, pageOf } from "./core";
import type { Core, Request } from "./core";
import { bodyOf } from "./documents";
import { storeDocument } from "./entities";
import { newId } from "./ids";
import type { Resource } from "./resource";
import { listOf } from "./state";
import type { Document } from "./state";
import { isRecord, refuse } from "./types";
import type { Done, Result } from "./types";

type TasksResource = Extract<Resource, { kind: "tasks" }>;

/** How long a task takes; milliseconds. */
const taskMs = 50;

/** `{"type":"POPULATING","inputParameters":{"quantity":n}}`: makes n thngs in the batch. */
export function createTask(core: Core, request: Request<TasksResource>): Result<Done> {
  const { access, resource, body } = request;
  const batch = find(core, access, "batch", resource.id);
  if (!batch.ok) return batch;
  if (resource.item !== undefined) return refuse("notAllowed", "A task cannot be changed");
  if (!isRecord(body) || body["type"] !== "POPULATING") return refuse("badRequest", "type must be POPULATING");
  const inputParameters = body["inputParameters"] ?? {};
  const quantity = isRecord(inputParameters) ? (inputParameters["quantity"] ?? 0) : undefined;
  if (typeof quantity !== "number" || !Number.isInteger(quantity) || quantity < 0 || quantity > core.limits.taskThngsMax) {
    return refuse("badRequest", `quantity must be 0 to ${core.limits.taskThngsMax}`);
  }
  const fields = { batch: resource.id, type: "POPULATING", status: "PENDING", progress: 0, inputParameters: { quantity } };
  const made = storeDocument(core, access.account, "task", fields, batch.doc.projects);
  if (!made.ok) return made;
  schedule(core, made.doc.id);
  return { ok: true, body: bodyOf(made.doc), id: made.doc.id };
}

/** Those that were not done when the cloud was last stopped. */
export function resumeTasks(core: Core): void {
  for (const doc of core.state.documents.values()) {
    if (doc.kind === "task" && doc.fields["status"] === "PENDING") schedule(core, doc.id);
  }
}

function schedule(core: Core, id: string): void {
  core.host.after(taskMs, () => {
    const task = core.state.documents.get(id);
    if (task !== undefined) execute(core, task);
  });
}

/** Done as a whole: a task that cannot be stored stays pending, and is done at the next start. */
function execute(core: Core, task: Document): void {
  const { quantity } = task.fields["inputParameters"] as { quantity: number };
  const batch = task.fields["batch"] as string;
  const now = core.host.now();
  const room = Math.min(quantity, core.limits.documentsMax - core.state.documents.size);
  const thngs = Array.from({ length: Math.max(0, room) }, (_, i): Document => {
    const fields = { name: `Thng ${i + 1} of batch ${batch}`, batch };
    return { kind: "thng", id: newId(core.host), account: task.account, createdAt: now, updatedAt: now, projects: task.projects, fields };
  });
  const status = thngs.length === quantity ? "EXECUTED" : "FAILED";
  const fields = { ...task.fields, status, progress: 100, completedAt: now, result: { thngs: thngs.length } };
  const doc = { ...task, updatedAt: now, fields };
  if (core.commit({ t: "put-all", docs: [...thngs, doc] }) !== undefined) return;
  for (const item of [undefined, task.id]) {
    core.tell(task.account, { kind: "tasks", id: batch, ...(item === undefined ? {} : { item }) }, bodyOf(doc), { projects: task.projects }, {});
  }
}

function tasksOf(core: Core, batch: Document): readonly Document[] {
  const ids = [...(core.state.lists.get(listOf("task", batch.account)) ?? [])].reverse();
  return ids.map((id) => core.state.documents.get(id) as Document).filter((doc) => doc.fields["batch"] === batch.id);
}

export function readTasks(core: Core, request: Request<TasksResource>): Result<Done> {
  const { resource } = request;
  const batch = find(core, request.access, "batch", resource.id);
  if (!batch.ok) return batch;
  const tasks = tasksOf(core, batch.doc);
  if (resource.item !== undefined) {
    const task = tasks.find(({ id }) => id === resource.item);
    return task === undefined ? refuse("notFound", "The task does not exist") : { ok: true, body: bodyOf(task) };
  }
  const page = pageOf(request.query);
  return page.ok ? { ok: true, body: tasks.slice(0, page.count).map(bodyOf) } : page;
}

/** The newest task that is done (B16). */
export function lastTask(core: Core, batch: Document, id: string | undefined): unknown {
  const done = tasksOf(core, batch).find((task) => task.fields["status"] !== "PENDING" && (id === undefined || task.id === id));
  return done && bodyOf(done);
}
