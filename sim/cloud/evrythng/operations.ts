/**
 * Which function does what to which kind of resource: the methods of REST, and what a publication on a topic means
 * (sections 4.1, 5). What has no entry is answered 405, and is no publication.
 */
import { createApplication, createDeviceKey, createUser, listApplications, readAccess, readApplication, readDeviceKey, readSelf, removeDeviceKey } from "./accounts";
import { createAction, createType, listTypes, readActions, removeType } from "./actions";
import { createTask, readTasks } from "./batches";
import type { Core, Request } from "./core";
import { create, listAll, read, remove, update } from "./entities";
import { addMembers, listMembers, removeMembers } from "./members";
import type { Resource, ResourceKind } from "./resource";
import { readLocation, readProperties, removeValues, writeLocation, writeProperties } from "./series";
import type { DocumentKind } from "./state";
import type { Done, Result, Verb } from "./types";

type Handler<K extends ResourceKind> = (core: Core, request: Request<Extract<Resource, { kind: K }>>) => Result<Done>;

type Handlers = { readonly [K in ResourceKind]: Readonly<Partial<Record<Verb, Handler<K>>>> };

/** All documents of a kind. */
function listed(kind: DocumentKind): { read: (core: Core, request: Request) => Result<Done>; create: (core: Core, request: Request) => Result<Done> } {
  return { read: (core, request) => listAll(core, request, kind), create: (core, request) => create(core, request, kind) };
}

export const handlers: Handlers = {
  access: { read: (_core, request) => readAccess(request) },
  self: { read: readSelf },
  // What the front end limits, it answers itself.
  rateLimits: {},
  types: { read: listTypes, create: createType },
  actions: { read: readActions, create: createAction, remove: removeType },
  thngs: listed("thng"),
  thng: { read, update, remove },
  products: listed("product"),
  product: { read, update, remove },
  collections: listed("collection"),
  collection: { read, update, remove },
  properties: { read: readProperties, create: writeProperties, update: writeProperties, remove: removeValues },
  location: { read: readLocation, create: writeLocation, update: writeLocation, remove: removeValues },
  members: { read: listMembers, update: addMembers, remove: removeMembers },
  batches: listed("batch"),
  batch: { read, update, remove },
  tasks: { read: readTasks, create: createTask },
  projects: listed("project"),
  project: { read, update, remove },
  applications: { read: listApplications, create: createApplication },
  application: { read: readApplication },
  secretKey: { read: readApplication },
  roles: listed("role"),
  role: { read, update, remove },
  deviceKeys: { create: createDeviceKey },
  deviceKey: { read: readDeviceKey, remove: removeDeviceKey },
  users: { create: createUser },
};

/** What publishing on a topic does; undefined: nothing can be published there. */
export function publishes(resource: Resource): Verb | undefined {
  switch (resource.kind) {
    case "types":
    case "actions":
      return "create";
    case "thng":
    case "collection":
    case "members":
    case "properties":
    case "location":
      return "update";
    default:
      return undefined;
  }
}
