/** What the groups of routes share. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Host } from "../host";
import type { HttpServer } from "../http/server";
import type { Thethings } from "./model";
import type { Refused } from "./types";

export interface Rest {
  readonly model: Thethings;
  readonly host: Host;
  readonly http: HttpServer;
  /** Answers what the model refused. */
  refuse(request: FastifyRequest, reply: FastifyReply, refused: Refused): FastifyReply;
}

/** The answer to what was written. */
export const written = { status: "Success", message: "Created" };
