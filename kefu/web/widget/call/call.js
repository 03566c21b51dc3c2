// Call mode: what the customer sees and does while they speak with the house.
import { draw, make } from "../make.js";
import { Line } from "./line.js";
import { Sound } from "./sound.js";
import { callWordsIn } from "./words.js";

const MICROPHONE = "M12 3.5a3 3 0 0 0-3 3V11a3 3 0 0 0 6 0V6.5a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21";
const MUTED = `${MICROPHONE}M4 4l16 16`;
const PAD = "M6 6h.1M12 6h.1M18 6h.1M6 12h.1M12 12h.1M18 12h.1M6 18h.1M12 18h.1M18 18h.1";
const END = "M3 14.5c5-5 13-5 18 0l-2.6 2.6-3.4-1.7v-2.3c-2-.7-4-.7-6 0v2.3l-3.4 1.7z";
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const QUIET_ENDS = ["caller", "person", "house"];

let styled;

export class Call {
  // `host` is the window: base, language, root, voice, box(), session(), write(text), offer(texts), over(text).
  constructor(host, { sentence = false } = {}) {
    this.host = host;
    this.sentence = sentence;
    this.say = callWordsIn(host.language);
    this.unsure = [];
    this.pressed = 0;
    this.now = { speech: false, thinks: false, speaks: "", held: false, waiting: false, person: "" };
    styled ??= look(host);
    this.#build();
  }

  get live() {
    return Boolean(this.line?.ready && !this.line.over);
  }

  async begin() {
    await styled;
    this.box.hidden = false;
    this.host.box().classList.add("calling");
    this.box.focus({ preventScroll: true });
    if (this.host.voice.recording && !this.sentence) this.#ask("consentAsk", "consentWhy", { agree: () => this.#connect(true), refuse: () => this.#connect(false), cancel: () => this.#leave() });
    else this.#connect(false);
  }

  // Words go over the line, and by the chat if the line is lost before they were taken.
  type(text) {
    this.unsure.push(text);
    this.#mine(text);
    this.line.send({ type: "typed", text });
  }

  // A line of the conversation is there: what was typed has arrived.
  told(line) {
    const at = this.unsure.indexOf(line.text);
    if (line.by === "customer" && at >= 0) this.unsure.splice(at, 1);
  }

  hangUp() {
    if (this.line && !this.line.over) this.line.hangUp();
    else this.#leave();
  }

  async #connect(consent) {
    this.question.hidden = true;
    this.sheet.hidden = false;
    this.#show();
    const { host } = this;
    this.sound = new Sound(host.base, (buffer, level) => this.#heard(buffer, level), (...how) => this.#played(...how));
    this.sound.lost = () => this.line?.hangUp();
    try {
      await this.sound.open();
    } catch (error) {
      return this.#fail(this.say(error.name) ?? `${this.say("none")} ${error.message}`);
    }
    if (this.left) return this.sound.close();
    this.line = new Line(host.base, this.#ears());
    this.line.open({ session: await host.session(), language: host.language, rate: 16000, consent, purpose: this.sentence ? "sentence" : "call" });
  }

  #ears() {
    const set = (change) => this.#set(change);
    return {
      ready: (frame) => this.#ready(frame),
      speech: ({ began }) => set({ speech: began }),
      partial: ({ text }) => this.#mine(text),
      final: (frame) => this.#final(frame),
      speak: ({ mark, text }) => this.#speak(mark, text),
      sound: (buffer, mark) => this.sound.play(mark, buffer),
      spoken: ({ mark }) => this.sound.end(mark),
      clear: () => {
        this.sound.clear();
        set({ speaks: "" });
      },
      keypad: (frame) => this.#askKeys(frame),
      expected: ({ phrases }) => this.host.offer(phrases),
      held: ({ held = true }) => set({ held }),
      handoff: ({ waiting = true }) => set({ waiting, thinks: false, person: waiting ? this.now.person : "" }),
      person: ({ name }) => set({ person: name, waiting: false, thinks: false }),
      error: ({ message }) => this.#notice(message),
      over: (because, frame) => this.#over(because, frame),
    };
  }

  #ready({ limited, recording, phrases = [] }) {
    this.began = Date.now();
    this.ticking = setInterval(() => this.#tick(), 1000);
    this.#tick();
    this.taped.hidden = !recording;
    this.limited = Boolean(limited);
    if (limited) this.#limit("limited");
    if (phrases.length) this.host.offer(phrases);
    else this.host.suggest();
    this.#show();
  }

  #final({ text, rejected }) {
    if (rejected) {
      this.#mine("");
      this.#limit("misheard");
      return this.#set({ thinks: false });
    }
    this.answering = true;
    this.#mine(text);
    if (!this.limited) this.notice.hidden = true;
    else this.#limit("limited");
    this.#set({ thinks: true });
  }

  // A reply comes in pieces, the next one while the last is still heard.
  #speak(mark, text) {
    this.spoken.textContent = (this.now.speaks ? this.spoken.textContent : "") + text;
    this.captions.scrollTop = this.captions.scrollHeight;
    this.#set({ speaks: mark, thinks: false });
  }

  #heard(buffer, level) {
    this.line?.sendSound(buffer);
    if (!this.now.speaks) this.meter.style.setProperty("--level", level.toFixed(2));
  }

  #played(mark, ms, done, level) {
    this.line?.send({ type: "played", mark, ms, done });
    this.meter.style.setProperty("--level", level.toFixed(2));
    if (!done || this.now.speaks !== mark) return;
    this.#set({ speaks: "" });
    // One sentence was asked for, and it is answered.
    if (this.sentence && this.answering) this.hangUp();
  }

  #askKeys({ prompt, length }) {
    this.wanted = length;
    this.pressed = 0;
    this.prompt.textContent = prompt || this.say("keypad");
    this.#pad(true);
    this.#count();
  }

  #press(key) {
    if (!this.line?.send({ type: "key", key })) return;
    this.pressed += 1;
    this.#count();
  }

  #count() {
    this.counted.textContent = this.pressed ? this.say(this.wanted ? "keysOf" : "keys", { n: this.pressed, all: this.wanted }) : "";
  }

  #pad(open) {
    this.keypad.hidden = !open;
    this.notice.hidden ||= open;
    this.padButton.setAttribute("aria-expanded", String(open));
    if (open) this.keypad.querySelector("button").focus();
  }

  #mute() {
    this.sound.muted = !this.sound.muted;
    const { muted } = this.sound;
    this.muteButton.setAttribute("aria-pressed", String(muted));
    this.muteButton.replaceChildren(draw(muted ? MUTED : MICROPHONE), this.say(muted ? "unmute" : "mute"));
    this.#show();
  }

  #over(because, frame) {
    for (const text of this.unsure.splice(0)) this.host.write(text);
    if (because === "error") return this.#fail(frame.message || this.say("none"));
    if (because === "lost" && !this.began) return this.#fail(this.say("none"));
    this.#close();
    this.host.over(QUIET_ENDS.includes(because) ? "" : this.say(because) ?? this.say("lost"));
  }

  #fail(reason) {
    this.#stop();
    this.sheet.hidden = true;
    this.#ask("", reason, { again: () => this.#again(), back: () => this.#leave() });
  }

  #again() {
    this.line = undefined;
    this.question.hidden = true;
    this.begin();
  }

  #leave() {
    this.left = true;
    this.#close();
    this.host.over("");
  }

  #stop() {
    clearInterval(this.ticking);
    this.sound?.close();
  }

  #close() {
    this.#stop();
    this.host.box().classList.remove("calling");
    this.box.remove();
  }

  #mine(text) {
    this.mine.textContent = text ? this.say("youSay") + text : "";
    if (text) this.spoken.textContent = "";
  }

  #limit(name) {
    this.#notice(this.say(name));
  }

  #notice(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  #set(change) {
    Object.assign(this.now, change);
    this.#show();
  }

  #show() {
    const { held, speaks, speech, thinks, waiting, person } = this.now;
    const muted = this.sound?.muted;
    const name = !this.live ? "connecting" : held ? "held" : waiting ? "waiting" : speaks ? "speaking" : muted ? "muted" : speech ? "hearing" : thinks ? "thinking" : person ? "person" : "listening";
    const text = this.say(name, { who: person });
    if (this.state.textContent !== text) this.state.textContent = text;
    this.box.dataset.state = name;
  }

  #tick() {
    const seconds = Math.floor((Date.now() - this.began) / 1000);
    this.clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  #ask(title, why, answers) {
    const buttons = Object.entries(answers).map(([name, act], at) => make("button", { type: "button", class: at ? "" : "main", on: { click: act } }, this.say(name)));
    this.question.replaceChildren(
      ...(title ? [make("h3", {}, this.say(title))] : []),
      make("p", { class: "quiet", role: "alert" }, this.say(why) ?? why),
      make("div", { class: "answers" }, ...buttons),
    );
    this.question.hidden = false;
    buttons[0].focus({ preventScroll: true });
  }

  #build() {
    const { say } = this;
    this.state = make("span", { class: "now", role: "status" });
    this.clock = make("span", { class: "clock", role: "timer" });
    this.taped = make("span", { class: "taped", hidden: true }, say("recorded"));
    this.meter = make("span", { class: "meter", "aria-hidden": "true" }, draw(MICROPHONE));
    this.mine = make("p", { class: "mine" });
    this.spoken = make("p", { class: "spoken" });
    // The thread says it all to a screen reader; saying it twice would talk over the voice.
    this.captions = make("div", { class: "captions", "aria-hidden": "true" }, this.mine, this.spoken);
    this.notice = make("p", { class: "notice", role: "status", hidden: true });
    const button = (name, icon, act, more = {}) => make("button", { type: "button", ...more, on: { click: act } }, draw(icon), say(name));
    this.muteButton = button("mute", MICROPHONE, () => this.#mute(), { "aria-pressed": "false" });
    this.padButton = button("keypad", PAD, () => this.#pad(this.keypad.hidden), { "aria-expanded": "false", "aria-controls": "keypad" });
    const end = button(this.sentence ? "stop" : "hangUp", END, () => this.hangUp(), { class: "end" });
    this.prompt = make("span", {}, say("keypad"));
    this.counted = make("span", { role: "status" });
    const keys = KEYS.map((key) => make("button", { type: "button", "aria-label": say("key", { key }), on: { click: () => this.#press(key) } }, key));
    this.keypad = make("div", { class: "keypad", id: "keypad", role: "group", "aria-label": say("keypad"), hidden: true },
      make("p", {}, this.prompt, " ", this.counted), make("div", { class: "keys" }, ...keys));
    this.sheet = make("div", { hidden: true, class: "talk-sheet" });
    this.sheet.append(
      make("div", { class: "row" }, this.meter, this.state, this.taped, this.clock),
      this.captions, this.notice, this.keypad,
      make("div", { class: "buttons" }, ...(this.sentence ? [] : [this.muteButton, this.padButton]), end),
    );
    this.question = make("div", { hidden: true, class: "talk-sheet" });
    this.box = make("section", { class: "talk", tabindex: "-1", "aria-label": say(this.sentence ? "sentence" : "call"), hidden: true }, this.question, this.sheet);
    new ResizeObserver(() => this.host.toEnd()).observe(this.box);
    this.keypad.addEventListener("keydown", (event) => {
      if (KEYS.includes(event.key)) this.#press(event.key);
    });
  }
}

function look({ root, base }) {
  const sheet = make("link", { rel: "stylesheet", href: `${base}widget/call/call.css` });
  const loaded = new Promise((resolve) => (sheet.onload = sheet.onerror = resolve));
  root.append(sheet);
  return loaded;
}
