/** A small front end: list needs, apply, follow my matches. Large type, one thing at a time, nothing hidden in icons. */

import * as bank from "./bank.js";
import { cursorOf, type Language, type Match, type Need, Refused, type Send, talentBank } from "./client.js";
import * as signin from "./signin.js";
import { say, type Word } from "./words.js";

export interface World {
  document: Document;
  keep: signin.Keep;
  settings: signin.Settings;
  address: URL;
  /** Leave for another address. */
  go: (address: URL) => void;
  /** Drop the sign-in's code from the address bar. */
  tidy: () => void;
  send?: Send;
}

export async function start(world: World): Promise<void> {
  const page = new FrontEnd(world);
  await page.arrive();
}

class FrontEnd {
  private language: Language;
  private tokens: signin.Tokens | null;
  private me: bank.Me | null = null;
  private readonly api;

  constructor(private readonly world: World) {
    this.language = world.keep.getItem("language") === "en" ? "en" : "ja";
    this.tokens = JSON.parse(world.keep.getItem("tokens") ?? "null") as signin.Tokens | null;
    const { send, settings } = world;
    const token = () => this.accessToken();
    this.api = talentBank({ base: settings.base, language: () => this.language, token, ...(send && { send }) });
  }

  async arrive(): Promise<void> {
    await this.attempt(async () => {
      const given = await signin.finish(this.world.settings, this.world.keep, this.world.address);
      if (given) {
        this.hold(given);
        this.world.tidy();
      }
      await this.showNeeds();
    });
  }

  private hold(tokens: signin.Tokens | null): void {
    this.tokens = tokens;
    this.me = null;
    if (tokens) this.world.keep.setItem("tokens", JSON.stringify(tokens));
    else this.world.keep.removeItem("tokens");
  }

  private async accessToken(): Promise<string | null> {
    const held = this.tokens;
    if (held && held.until < Date.now() + 30_000 && held.refresh)
      this.hold(await signin.renew(this.world.settings, held.refresh));
    return this.tokens?.access ?? null;
  }

  private async known(): Promise<bank.Me | null> {
    if (this.tokens && !this.me) this.me = await bank.me(this.api);
    return this.me;
  }

  private async showNeeds(message?: Word): Promise<void> {
    const list = this.h("ul", {});
    const more = this.button("more", () => load());
    let cursor: string | undefined;
    const load = async () => {
      const page = await bank.needs(this.api, cursor, 10);
      list.append(...page.results.map((need) => this.needLine(need)));
      cursor = cursorOf(page.next);
      more.hidden = cursor === undefined;
    };
    await load();
    const lead = this.h("p", {}, this.word(list.childElementCount ? "lead" : "none"));
    await this.show("needs", message, lead, list, more);
  }

  private needLine(need: Need): HTMLElement {
    const title = titleOf(need, this.language);
    const open = this.button("open", () => this.showNeed(need.id));
    open.setAttribute("aria-label", `${this.word("open")}: ${title}`);
    return this.h("li", { class: "card" }, this.h("h3", {}, title), this.facts(need), open);
  }

  private facts(need: Need): HTMLElement {
    const rows: [Word, string | null][] = [
      ["deadline", need.deadline && this.day(need.deadline)],
      ["place", need.area],
      ["hours", need.view === "public" ? null : (need.hours_per_week?.toString() ?? null)],
    ];
    const shown = rows.filter((row): row is [Word, string] => Boolean(row[1]));
    return this.h("dl", {}, ...shown.flatMap(([word, value]) => [this.h("dt", {}, this.word(word)), this.h("dd", {}, value)]));
  }

  private async showNeed(id: string): Promise<void> {
    const [need, me] = [await bank.need(this.api, id), await this.known()];
    const parts: HTMLElement[] = [this.h("h2", {}, titleOf(need, this.language)), this.facts(need)];
    if (need.view !== "public" && need.wished_outcome)
      parts.push(this.h("h3", {}, this.word("wished")), this.h("p", {}, need.wished_outcome));
    const hat = me && bank.hatFor(me, need);
    if (hat) {
      const key = crypto.randomUUID(); // of this page: pressed twice, it applies once
      const apply = async () => {
        await bank.apply(this.api, need, hat, key);
        await this.showMatches("applied");
      };
      parts.push(this.h("p", {}, this.word("apply_note")), this.button("apply", apply));
    } else {
      parts.push(this.h("p", { class: "notice" }, this.word(me ? "no_registration" : "first_sign_in")));
    }
    await this.show("needs", undefined, ...parts, this.button("back", () => this.showNeeds(), "quiet"));
  }

  private async showMatches(message?: Word): Promise<void> {
    const [found, states] = [await bank.matches(this.api), await bank.labels(this.api, "match-states")];
    const lines = found.map((match) => this.matchLine(match, states.get(match.state) ?? match.state));
    const body = lines.length ? this.h("ul", {}, ...lines) : this.h("p", {}, this.word("no_matches"));
    await this.show("matches", message, body);
  }

  private matchLine(match: Match, state: string): HTMLElement {
    const offered = bank.ANSWERS.filter((answer) => match.allowed_actions.includes(answer));
    const days: [Word, string | null][] = [["since", match.state_since], ["due", match.due_on]];
    const shown = days.flatMap(([word, day]) =>
      day ? [this.h("dt", {}, this.word(word)), this.h("dd", {}, this.day(day))] : [],
    );
    return this.h(
      "li",
      { class: "card" },
      this.h("h3", {}, match.need.title),
      this.h("p", { class: "state" }, state),
      this.h("dl", {}, ...shown),
      ...offered.map((answer) => this.button(answer, () => this.answer(match, answer), answer === "accept" ? "" : "quiet")),
    );
  }

  private async answer(match: Match, answer: bank.Answer, reason?: string): Promise<void> {
    if (answer !== "accept" && !reason) return this.askReason(match, answer);
    try {
      await bank.step(this.api, match, answer, reason ? [reason] : []);
      await this.showMatches("done");
    } catch (error) {
      if (!(error instanceof Refused) || error.response.status !== 412) throw error;
      await this.showMatches("moved");
    }
  }

  private async askReason(match: Match, answer: bank.Answer): Promise<void> {
    const reasons = await bank.labels(this.api, `match-${answer}-reasons`);
    const choices = [...reasons].map(([code, label]) =>
      this.plainButton(label, () => this.answer(match, answer, code), "quiet"),
    );
    const heading = this.h("h2", {}, `${match.need.title} — ${this.word("reason")}`);
    await this.show("matches", undefined, heading, ...choices, this.button("back", () => this.showMatches(), "quiet"));
  }

  private async show(tab: Word, message: Word | undefined, ...parts: HTMLElement[]): Promise<void> {
    const me = await this.known();
    const { body, documentElement } = this.world.document;
    documentElement.lang = this.language;
    this.world.document.title = this.word("title");
    const tabs: HTMLElement[] = [this.tab("needs", tab, () => this.showNeeds())];
    if (me) tabs.push(this.tab("matches", tab, () => this.showMatches()));
    const language = this.plainButton(this.word("other"), () => this.turnLanguage(), "quiet");
    const door = me ? this.button("sign_out", () => this.leave(), "quiet") : this.button("sign_in", () => this.enter());
    const header = this.h("header", {}, this.h("h1", {}, this.word("title")), this.h("div", {}, language, door));
    const status = this.h("p", { role: "status", class: message ? "message" : "" }, message ? this.word(message) : "");
    body.replaceChildren(header, this.h("nav", {}, ...tabs), status, this.h("main", { tabindex: "-1" }, ...parts));
    body.querySelector("main")?.focus();
  }

  private tab(word: Word, current: Word, act: () => Promise<void>): HTMLElement {
    const tab = this.button(word, act, "tab");
    if (word === current) tab.setAttribute("aria-current", "page");
    return tab;
  }

  private async turnLanguage(): Promise<void> {
    this.language = this.language === "ja" ? "en" : "ja";
    this.world.keep.setItem("language", this.language);
    await this.showNeeds();
  }

  private async enter(): Promise<void> {
    this.world.go(await signin.begin(this.world.settings, this.world.keep));
  }

  private async leave(): Promise<void> {
    if (this.tokens) await signin.end(this.world.settings, this.tokens);
    this.hold(null);
    await this.showNeeds();
  }

  /** Do something the person asked for, and say in plain words what stood in the way. */
  private async attempt(act: () => Promise<void>): Promise<void> {
    const status = this.world.document.querySelector("[role=status]");
    if (status) status.textContent = this.word("wait");
    try {
      await act();
    } catch (error) {
      if (error instanceof Refused && error.response.status === 401 && this.tokens) {
        this.hold(null);
        return this.showNeeds("over");
      }
      this.tell(error);
    }
  }

  private tell(error: unknown): void {
    const lines = [error instanceof Refused ? error.message : this.word("lost")];
    if (error instanceof Refused) {
      lines.push(...(error.problem.failed_guards ?? error.problem.errors).map(({ detail }) => detail));
      lines.push(`${this.word("help")} ${error.problem.request_id}`);
    }
    const told = this.h("div", { role: "alert", class: "message trouble" }, ...lines.map((line) => this.h("p", {}, line)));
    const { body } = this.world.document;
    body.querySelector("[role=alert]")?.remove();
    const status = body.querySelector("[role=status]");
    if (status) status.textContent = "";
    if (status) status.after(told);
    else body.replaceChildren(told);
  }

  /** A day in words, as it is in Japan whatever the clock of the machine. */
  private day(text: string): string {
    const spoken = new Intl.DateTimeFormat(this.language, { dateStyle: "long", timeZone: "Asia/Tokyo" });
    return spoken.format(new Date(text.length === 10 ? `${text}T00:00:00+09:00` : text));
  }

  private word(word: Word): string {
    return say(this.language, word);
  }

  private button(word: Word, act: () => Promise<void>, look = ""): HTMLButtonElement {
    return this.plainButton(this.word(word), act, look);
  }

  private plainButton(words: string, act: () => Promise<void>, look: string): HTMLButtonElement {
    const button = this.h("button", { type: "button", class: look }, words) as HTMLButtonElement;
    button.addEventListener("click", () => {
      button.disabled = true;
      void this.attempt(act).finally(() => (button.disabled = false));
    });
    return button;
  }

  private h(name: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement {
    const made = this.world.document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }
}

/** A need's words: the title for those who may see it, else what the city wrote for everybody, else its problems. */
const titleOf = (need: Need, language: Language): string =>
  (need.view === "public" ? "" : need.title) ||
  need.public_summary ||
  need.problems.map((each) => (language === "ja" ? each.name_ja : each.name_en)).join(" / ");
