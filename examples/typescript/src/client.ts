/** The typed client: every path, parameter, body and answer is checked against openapi.yaml when this is compiled. */

import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];
export type Need = Schemas["Need"];
export type Match = Schemas["MatchDetail"];
export type Problem = Schemas["Problem"];
export type Language = "ja" | "en";
export type Send = (request: Request) => Promise<Response>;
export type Api = Client<paths>;

/** A refusal with everything the API says of it. `code` is stable; `message` is in the language that was asked for. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(problem.detail);
  }

  get code(): string {
    return this.problem.code;
  }

  /** With 412: the ETag of the record as it is now. */
  get currentETag(): string | null {
    return this.response.headers.get("ETag");
  }
}

/** The answer's body. @throws Refused where the API refused. */
export async function told<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw new Refused(problemOf(error, response), response);
}

/** What stands before the API (a proxy, a load balancer) answers without a problem's members. */
function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "code" in error) return error as Problem;
  const { status, statusText, url } = response;
  const known = { type: "about:blank", title: statusText, status, detail: statusText, instance: url };
  return { ...known, code: `http_${status}`, request_id: response.headers.get("X-Request-Id") ?? "", errors: [] };
}

export interface Options {
  base: string;
  language: () => Language;
  /** The access token, renewed where it must be; null without sign-in. */
  token: () => Promise<string | null>;
  send?: Send;
  pause?: (seconds: number) => Promise<void>;
}

export function talentBank({ base, language, token, send = (request) => fetch(request), pause }: Options): Api {
  const headers: Middleware = {
    async onRequest({ request }) {
      const value = await token();
      if (value) request.headers.set("Authorization", `Bearer ${value}`);
      request.headers.set("Accept-Language", language());
      // One key for each thing that a person does, however often it has to be sent.
      if (request.method === "POST" && !request.headers.has("Idempotency-Key"))
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      return request;
    },
  };
  const api = createClient<paths>({ baseUrl: base, fetch: patient(send, pause) });
  api.use(headers);
  return api;
}

const TRIES = 4;

/**
 * Send again what may be sent again: what was not acted on (429, 503, 409 with Retry-After), and what got lost on the
 * way – reads, and POSTs with an Idempotency-Key, which act once however often they arrive.
 */
export function patient(send: Send, pause = sleep): Send {
  return async (request) => {
    for (let tried = 1; ; tried++) {
      try {
        const answer = await send(request.clone());
        const wait = answer.headers.get("Retry-After");
        if (wait === null || ![409, 429, 503].includes(answer.status) || tried === TRIES) return answer;
        if (answer.status !== 429 && !repeatable(request)) return answer;
        await pause(Math.min(Number(wait) || 1, 30));
      } catch (lost) {
        if (!repeatable(request) || tried === TRIES) throw lost;
        await pause(2 ** (tried - 1) / 2);
      }
    }
  };
}

const repeatable = (request: Request): boolean => request.method === "GET" || request.headers.has("Idempotency-Key");
const sleep = (seconds: number): Promise<void> => new Promise((wake) => setTimeout(wake, seconds * 1000));

interface Page<Row> {
  next: string | null;
  results: Row[];
}

/** Every row of a list, page after page. `page` is called with the cursor of each, as `next` gave it. */
export async function* rows<Row>(page: (cursor?: string) => Promise<Page<Row>>): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const { next, results } = await page(cursor);
    yield* results;
    cursor = cursorOf(next);
  } while (cursor);
}

export const cursorOf = (next: string | null): string | undefined =>
  next === null ? undefined : (new URL(next).searchParams.get("cursor") ?? undefined);
