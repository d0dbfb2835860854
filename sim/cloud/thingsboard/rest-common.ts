/** What the groups of routes share. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Host } from "../host";
import type { HttpServer } from "../http/server";
import { isRecord, plainJson } from "./json";
import type { Thingsboard } from "./model";
import type { Principal, Refused, Result } from "./types";

export interface Rest {
  readonly model: Thingsboard;
  readonly host: Host;
  readonly http: HttpServer;
  refuse(request: FastifyRequest, reply: FastifyReply, refused: Refused): FastifyReply;
  /** Answers 200 with what `word` makes of a result, or the refusal. */
  answer<T>(request: FastifyRequest, reply: FastifyReply, result: Result<T>, word?: (value: T) => unknown): FastifyReply;
  /** Runs `act` for the user whose token stands in the header; otherwise answers 401. */
  withUser<T>(request: FastifyRequest, reply: FastifyReply, act: (who: Principal) => T): T | FastifyReply;
  /** 401 with the platform's number of the cause. */
  unauthorized(request: FastifyRequest, reply: FastifyReply, message: string, errorCode: number): FastifyReply;
}

/** The body of a request as a JSON object; an empty one for everything else. */
export function objectOf(request: FastifyRequest): Record<string, unknown> {
  const body = plainJson(request.body ?? "");
  return isRecord(body) ? body : {};
}

/** The bytes of a request's body. */
export function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}
