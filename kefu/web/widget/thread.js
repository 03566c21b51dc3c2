// The thread: confirmed lines in the order of their numbers, then what is still on its way.
import { sizeOf } from "./files.js";
import { draw, make } from "./make.js";
import { Rating } from "./rating.js";

const GAP_MS = 10 * 60 * 1000;
const NEAR_PX = 80;
const SOURCE = "M4 4.5A2.5 2.5 0 0 1 6.5 2H20v17H6.5A1.5 1.5 0 0 0 5 20.5 1.5 1.5 0 0 0 6.5 22H20v-1.5H6.6v0H20V2M8 7h8M8 11h6";

export class Thread {
  constructor(say, language, base, retry, rate) {
    this.say = say;
    this.base = base;
    this.retry = retry;
    this.rate = rate;
    this.clock = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { hour: "2-digit", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
    this.lines = make("div", { class: "lines", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": say("thread") });
    this.pending = make("div", { class: "pending" });
    this.typing = make("div", { class: "typing", role: "status", "aria-label": say("typing"), hidden: true }, make("i"), make("i"), make("i"));
    this.box = make("div", { class: "thread", tabindex: "0", role: "region", "aria-label": say("thread") }, this.lines, this.pending, this.typing);
    this.onItsWay = new Map();
    this.told = new Map();
    this.lastAt = 0;
    this.lastBy = "";
  }

  get empty() {
    return !this.lines.childElementCount && !this.onItsWay.size;
  }

  greet(text) {
    this.greeting = this.#bubble({ by: "machine", text, statements: [] });
    this.lines.append(this.greeting);
  }

  add(line) {
    if (line.revises) return this.#revise(line);
    const near = this.#isNear();
    this.#time(new Date(line.at));
    if (line.by === "note") {
      this.#happened(line);
      this.lastBy = "";
    } else {
      const optimistic = line.by === "customer" && this.onItsWay.get(line.id);
      if (optimistic) this.settle(line.id);
      this.told.set(line.number, this.lines.appendChild(this.#bubble(line)));
    }
    if (line.by !== "customer") this.think(false);
    if (near) this.toEnd();
  }

  // On a call only what was heard is said: the line stays as far as it was.
  #revise(line) {
    const before = this.told.get(line.revises);
    if (!line.text) before?.remove();
    else if (before) before.querySelector(".bubble").textContent = `${line.text}…`;
  }

  // One rating at a time is open: the last that was asked for.
  #happened(line) {
    if (line.note === "rating_asked" || line.note === "rated") {
      const held = this.rating?.box.contains(this.rating.box.getRootNode().activeElement);
      this.rating?.done();
      if (held) this.box.focus();
    }
    if (line.note === "rating_asked") {
      this.rating = new Rating(this.say, this.rate);
      this.lines.append(this.rating.box);
    } else this.lines.append(make("p", { class: "note" }, this.say(line.note, { who: line.who, n: line.score })));
  }

  send(message) {
    const status = make("span", { class: "status" }, this.say("sending"));
    const element = make("div", { class: "line customer waiting" }, message.text ? make("p", { class: "bubble" }, message.text) : null, ...this.#files(message.files), status);
    this.onItsWay.set(message.id, { element, status });
    this.pending.append(element);
    this.toEnd();
  }

  // `how` is sending, kept or failed.
  mark(message, how, reason = "") {
    const sent = this.onItsWay.get(message.id);
    if (!sent) return;
    sent.element.classList.toggle("failed", how === "failed");
    const again = how === "failed" && make("button", { type: "button", class: "again", on: { click: () => this.retry(message) } }, this.say("retry"));
    sent.status.replaceChildren(this.say(how) + (reason ? `：${reason} ` : " "), again || "");
  }

  settle(id) {
    this.onItsWay.get(id)?.element.remove();
    this.onItsWay.delete(id);
  }

  think(thinks) {
    clearTimeout(this.thinking);
    if (!thinks) this.typing.hidden = true;
    else this.thinking = setTimeout(() => { this.typing.hidden = false; this.toEnd(); }, 300);
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  #isNear() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_PX;
  }

  #time(at) {
    if (at - this.lastAt < GAP_MS) return;
    const today = at.toDateString() === new Date().toDateString();
    this.lines.append(make("time", { datetime: at.toISOString() }, (today ? this.clock : this.calendar).format(at)));
    this.lastAt = Number(at);
    this.lastBy = "";
  }

  #bubble(line) {
    const name = { customer: this.say("you"), machine: this.say("machine"), person: line.who || this.say("team") }[line.by];
    const speaker = line.by + (line.who ?? "");
    const label = make("span", { class: this.lastBy === speaker || line.by === "customer" ? "hidden" : "name" }, name);
    this.lastBy = speaker;
    const sources = new Map((line.statements ?? []).flatMap((statement) => statement.sources).map((source) => [source.title + source.link, source]));
    const chips = [...sources.values()].map(({ title, link }) => {
      const away = link ? ["a", { class: "source", href: new URL(link, this.base), target: "_blank", rel: "noopener" }] : ["span", { class: "source" }];
      return make(...away, draw(SOURCE), make("span", { class: "hidden" }, `${this.say("sources")} `), title);
    });
    return make("div", { class: `line ${line.by}` }, label, line.text ? make("p", { class: "bubble" }, line.cut ? `${line.text}…` : line.text) : null, ...this.#files(line.attachments), ...chips);
  }

  // Pictures are shown, all else can be saved; what is on its way has no address yet.
  #files(files = []) {
    return files.map(({ name, size, url, picture }) => {
      if (!url) return make("span", { class: "file" }, name, make("small", {}, sizeOf(size)));
      const away = { href: new URL(url, this.base), target: "_blank", rel: "noopener" };
      if (!picture) return make("a", { class: "file", ...away }, name, make("small", {}, sizeOf(size)));
      const image = make("img", { src: away.href, alt: name, loading: "lazy", on: { error: () => image.replaceWith(name) } });
      return make("a", { class: "picture", ...away }, image);
    });
  }
}
