/**
 * Pages of a list, as every list of the platform comes (section 3.2, paging).
 */
import { numberIn } from "./json";
import { done, refuse } from "./types";
import type { Result } from "./types";

export interface Page<T> {
  readonly data: readonly T[];
  readonly totalPages: number;
  readonly totalElements: number;
  readonly hasNext: boolean;
}

export interface PageOf {
  /** 0: all on one page, 10000 at most. */
  readonly pageSize: number;
  readonly page: number;
}

const pageSizeMax = 1000;
/** Of a page without a size. */
const wholeMax = 10000;

/** Checks a page's number and size; the size is at most 1000. */
export function checkPage(pageSize: unknown, page: unknown): Result<PageOf> {
  const size = numberIn(pageSize, 10);
  const number = numberIn(page, 0);
  if (!Number.isInteger(size) || size < 0 || size > pageSizeMax) return refuse("badRequest", `Incorrect page link page size '${size}'. Page size must be between 1 and ${pageSizeMax}.`);
  if (!Number.isSafeInteger(number) || number < 0) return refuse("badRequest", `Incorrect page link page '${number}'. Page must be positive integer.`);
  return done({ pageSize: size, page: number });
}

export function pageOf<T>(all: readonly T[], { pageSize, page }: PageOf): Page<T> {
  const from = pageSize * page;
  const data = pageSize === 0 ? all.slice(0, wholeMax) : all.slice(from, from + pageSize);
  const totalElements = all.length;
  const totalPages = totalElements === 0 ? 0 : pageSize === 0 ? 1 : Math.ceil(totalElements / pageSize);
  return { data, totalPages, totalElements, hasNext: pageSize > 0 && totalElements > from + data.length };
}
