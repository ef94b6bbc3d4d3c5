/** What a professional does at the talent bank, in calls of the typed client. */

import { type Api, type Match, type Need, rows, type Schemas, told } from "./client.js";

export type Me = Schemas["MeOutput"];
export type Hat = Me["hats"][number];
export type Code = Schemas["CodeOutput"];
export interface Page<Row> {
  next: string | null;
  results: Row[];
}
export type Answer = "accept" | "decline" | "withdraw";
export const ANSWERS: readonly Answer[] = ["accept", "decline", "withdraw"];

export const me = (api: Api): Promise<Me> => told(api.GET("/api/v1/me"));

export const need = (api: Api, id: string): Promise<Need> =>
  told(api.GET("/api/v1/needs/{id}", { params: { path: { id } } }));

/** A page of the needs that take people now. */
export const needs = (api: Api, cursor?: string, limit = 20): Promise<Page<Need>> =>
  told(api.GET("/api/v1/needs", { params: { query: { accepting: true, limit, ...(cursor && { cursor }) } } }));

/** Every match of the person's, the newest first. */
export async function matches(api: Api): Promise<Match[]> {
  const page = (cursor?: string) =>
    told(api.GET("/api/v1/matches", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }));
  const found: Match[] = [];
  for await (const row of rows<Match>(page)) found.push(row);
  return found;
}

export const match = (api: Api, id: string): Promise<Match> =>
  told(api.GET("/api/v1/matches/{id}", { params: { path: { id } } }));

/** Labels of an enum, in the client's language. */
export async function labels(api: Api, list: string): Promise<Map<string, string>> {
  const { results } = await told(api.GET("/api/v1/codes/{list}", { params: { path: { list } } }));
  return new Map(results.map(({ code, label }) => [code, label]));
}

/** The hat that applies for a need: the person's registration in its bank. */
export const hatFor = ({ hats }: Me, { bank }: Need): Hat | undefined =>
  hats.find((hat) => hat.role === "professional" && hat.bank === bank);

/** Apply. `key` is the attempt's: the same one again answers the same and applies once. */
export const apply = (api: Api, { id }: Need, hat: Hat, key: string = crypto.randomUUID()): Promise<Match> =>
  told(
    api.POST("/api/v1/matches", {
      params: { header: { "Acting-As": hat.acting_as, "Idempotency-Key": key } },
      body: { need: id, professional: hat.id, origin: "apply" },
    }),
  );

/** Take a step on a match as it was seen: 412 where somebody moved it since. */
export function step(api: Api, seen: Match, answer: Answer, reasons: string[] = []): Promise<Match> {
  const params = { path: { id: seen.id }, header: { "If-Match": seen.etag } };
  const body = { reason_codes: reasons };
  switch (answer) {
    case "accept":
      return told(api.POST("/api/v1/matches/{id}/accept", { params, body: {} }));
    case "decline":
      return told(api.POST("/api/v1/matches/{id}/decline", { params, body }));
    case "withdraw":
      return told(api.POST("/api/v1/matches/{id}/withdraw", { params, body }));
  }
}
