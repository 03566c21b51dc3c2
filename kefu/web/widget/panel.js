// The chat window: it ties the thread, the connection and the memory together.
import { Files } from "./files.js";
import { Link } from "./link.js";
import { Memory, newId } from "./memory.js";
import { draw, make } from "./make.js";
import { Thread } from "./thread.js";
import { Voice } from "./voice.js";
import { wordsIn } from "./words.js";

const CLOSE = "M6 6l12 12M18 6L6 18";
const SEND = "M4 12l16-8-5 16-3-6.5z";
const BOOK = "M12 6.5C10 5 7 4.7 3.5 5v13.5c3.5-.3 6.5 0 8.5 1.5 2-1.5 5-1.8 8.5-1.5V5C17 4.7 14 5 12 6.5ZV20";
const PERSON = "M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.6-3.6 3.5-5.5 7.5-5.5s6.9 1.9 7.5 5.5";
const LONGEST = 2000;
const PATIENCE_MS = 1500;
const NOTE_MS = 6000;
const phone = matchMedia("(max-width: 480px)");

export async function mount(options) {
  const look = make("link", { rel: "stylesheet", href: `${options.base}widget/look.css` });
  const styled = new Promise((resolve) => (look.onload = look.onerror = resolve));
  options.root.append(look);
  await styled;
  return new Panel(options);
}

class Panel {
  constructor({ root, launcher, count, base, language, identity, title }) {
    Object.assign(this, { root, launcher, count, base, language, identity, title });
    this.say = wordsIn(language);
    this.memory = new Memory(identity);
    this.thread = new Thread(this.say, language, this.base, (message) => this.#send(message), (opinion) => this.link.rate(opinion));
    this.fresh = 0;
    this.files = new Files(this.say, () => this.link, (said) => this.#show(said));
    this.#build(title);
    root.append(this.box);
  }

  open({ quietly = false } = {}) {
    if (!this.box.hidden) return;
    this.box.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.hidden = true;
    this.box.setAttribute("aria-modal", String(phone.matches));
    remember("kefu.open", "1");
    this.#seen();
    this.connect();
    this.thread.toEnd();
    if (!quietly) (matchMedia("(pointer: coarse)").matches ? this.box : this.field).focus();
  }

  // Whoever closes the window has hung up: no microphone stays open behind a closed window.
  close() {
    this.voice.hangUp();
    this.box.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    remember("kefu.open", "");
    this.launcher.focus();
  }

  connect() {
    if (this.link) return;
    this.link = new Link(this.base, this.language, () => this.#session(), {
      line: (line) => this.#line(line),
      ready: (state) => this.#ready(state),
      offline: () => this.#offline(),
      ack: (id) => this.#acked(id),
      refused: (id, reason) => this.thread.mark(this.#unsent(id), "failed", reason),
      typing: () => this.thread.think(true),
      expired: () => this.#tell("expired"),
    });
    this.memory.unsent.forEach((message) => this.thread.send(message));
    this.link.run();
  }

  async #session() {
    const body = JSON.stringify({ identity: this.identity, session: this.memory.session, language: this.language });
    const headers = { "Content-Type": "application/json", "Accept-Language": this.language };
    const answer = await fetch(`${this.base}api/v1/chat/sessions`, { method: "POST", headers, body });
    if (!answer.ok) throw Object.assign(new Error("no session"), { status: answer.status, final: answer.status === 401 });
    const welcome = await answer.json();
    this.memory.session = welcome.session;
    this.suggestions = welcome.suggestions;
    this.help.hidden = !welcome.help;
    this.files.allow(welcome.files, welcome.largest);
    this.voice.allow(welcome.voice);
    if (!this.title) this.heading.textContent = welcome.title;
    return welcome.session;
  }

  #line(line) {
    this.thread.add(line);
    this.voice.told(line);
    if (line.by === "customer" && line.id) this.memory.drop(line.id);
    this.#waiting(line.waiting);
    if (line.revises) return;
    const quick = line.by === "machine" ? line.quick_replies : [];
    // On a call, what can be said stands there until something else can.
    if (quick.length || !this.voice.live) this.#offer(quick);
    if ((line.by === "machine" || line.by === "person") && line.number > this.memory.seen) {
      this.fresh += 1;
      this.#seen();
    }
  }

  #ready({ waiting }) {
    clearTimeout(this.worry);
    this.worry = undefined;
    this.banner.hidden = true;
    this.#waiting(waiting);
    if (this.thread.empty) {
      this.thread.greet(this.say(this.suggestions?.length ? "greetingPick" : "greeting"));
      this.#offer(this.suggestions ?? []);
    }
    this.memory.unsent.forEach((message) => this.#send(message));
  }

  #offline() {
    this.thread.think(false);
    this.memory.unsent.forEach((message) => this.thread.mark(message, "kept"));
    // A short break mends itself before anybody needs to know.
    this.worry ??= setTimeout(() => this.#tell("offline"), PATIENCE_MS);
  }

  #acked(id) {
    this.memory.drop(id);
    // Usually the answer is here by now; when a person has the conversation, none will come.
    setTimeout(() => this.thread.think(false), 400);
  }

  // What speaking needs of the window.
  #forVoice() {
    const { base, language, root, say } = this;
    const box = () => this.box;
    return {
      base, language, root, say, box,
      session: async () => (this.link.session ||= await this.#session()),
      write: (text) => this.#write(text),
      offer: (texts) => this.#offer(texts),
      suggest: () => this.options.hidden && this.#offer(this.suggestions ?? []),
      toEnd: () => this.thread.toEnd(),
      focus: () => this.field.focus(),
      over: (text) => {
        this.banner.textContent = text;
        this.banner.hidden = !text;
      },
    };
  }

  #write(text, files = []) {
    if (!files.length && this.voice.took(text.slice(0, LONGEST))) return;
    const message = { id: newId(), text: text.slice(0, LONGEST), ...(files.length ? { files } : {}) };
    this.memory.keep(message);
    this.thread.send(message);
    this.#offer([]);
    this.#send(message);
  }

  #send(message) {
    if (!this.link.ready) return this.thread.mark(message, "kept");
    this.thread.mark(message, "sending");
    this.link.say(message);
  }

  #unsent(id) {
    return this.memory.unsent.find((message) => message.id === id) ?? { id, text: "" };
  }

  #seen() {
    if (!this.box.hidden) {
      this.fresh = 0;
      this.memory.seen = Math.max(this.memory.seen, this.link?.last ?? 0);
    }
    this.count.hidden = !this.fresh;
    this.count.textContent = this.fresh > 9 ? "9+" : this.fresh;
    const name = this.say("title");
    this.launcher.setAttribute("aria-label", this.fresh ? `${name}, ${this.say("fresh", { n: this.fresh })}` : name);
  }

  #waiting(waiting) {
    this.state.textContent = this.say(waiting ? "waiting" : "promise");
    this.box.classList.toggle("with-team", Boolean(waiting));
  }

  #tell(name) {
    this.banner.textContent = this.say(name);
    this.banner.hidden = false;
  }

  // Says something for a while.
  #show(said) {
    this.note.textContent = said;
    this.note.hidden = false;
    clearTimeout(this.noting);
    this.noting = setTimeout(() => (this.note.hidden = true), NOTE_MS);
  }

  #offer(texts) {
    this.options.replaceChildren(...texts.map((text) => make("button", { type: "button", on: { click: () => { this.#write(text); this.field.focus(); } } }, text)));
    this.options.hidden = !texts.length;
    this.thread.toEnd();
  }

  #build(title) {
    const { say } = this;
    this.state = make("span", { class: "state" }, say("promise"));
    this.banner = make("p", { class: "banner", role: "status", hidden: true });
    this.options = make("div", { class: "options", role: "group", "aria-label": say("options"), hidden: true });
    this.field = make("textarea", { rows: "1", maxlength: LONGEST, placeholder: say("write"), "aria-label": say("write"), enterkeyhint: "send" });
    const send = make("button", { type: "submit", class: "send", "aria-label": say("send") }, draw(SEND));
    this.voice = new Voice(this.#forVoice());
    const composer = make("form", { class: "composer" }, this.files.box, this.files.button, this.files.input, this.voice.microphone, this.field, send);
    this.note = make("p", { class: "banner", role: "status", hidden: true });
    const person = make("button", { type: "button", class: "person", on: { click: () => this.#write(say("person")) } }, draw(PERSON), say("person"));
    const place = `${this.base}help?lang=${this.language}`;
    this.help = make("a", { class: "help", href: place, target: "_blank", rel: "noopener", "aria-label": say("help"), title: say("help"), hidden: true }, draw(BOOK));
    const shut = make("button", { type: "button", class: "shut", "aria-label": say("close"), on: { click: () => this.close() } }, draw(CLOSE));
    this.heading = make("h2", { id: "title" }, title || say("title"));
    const kind = make("p", {}, make("span", { class: "ai" }, "AI"), this.state);
    this.box = make("section", { class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", lang: this.language, hidden: true },
      make("header", {}, this.heading, make("div", { class: "ways" }, this.voice.phone, person, this.help, shut), kind), this.banner, this.thread.box, this.voice.sheet, this.options, this.note, composer);
    this.files.hear(this.box);
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value.trim();
      if (!text && !this.files.chosen.length) return;
      const files = this.files.take();
      if (!files) return this.#show(this.say("filesWait"));
      this.field.value = "";
      this.#grow();
      this.#write(text, files);
    });
    this.field.addEventListener("input", () => {
      this.#grow();
      if (this.field.value) this.link.types();
    });
    this.field.addEventListener("keydown", (event) => {
      // While Chinese is being composed, Enter belongs to the input method.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      composer.requestSubmit();
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && !this.voice.live) this.close();
      else if (event.key === "Tab" && phone.matches) this.#circle(event);
    });
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  // On a phone the window covers the page, so the focus stays in it.
  #circle(event) {
    const stops = [...this.box.querySelectorAll("a[href], button, textarea, [tabindex='0']")].filter((stop) => stop.offsetParent);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const at = this.root.activeElement;
    if (at !== edge && at !== this.box) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}

function remember(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {}
}
