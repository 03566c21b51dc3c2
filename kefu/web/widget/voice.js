// The ways to speak: buttons for a call and for one sentence. What a call needs is loaded when somebody wants one.
import { draw, make } from "./make.js";

const MICROPHONE = "M12 3.5a3 3 0 0 0-3 3V11a3 3 0 0 0 6 0V6.5a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21";
const PHONE = "M5.5 3.5h3.4l1.7 4.3-2.2 1.6a12 12 0 0 0 6.2 6.2l1.6-2.2 4.3 1.7v3.4a2 2 0 0 1-2.2 2A17 17 0 0 1 3.5 5.7a2 2 0 0 1 2-2.2Z";

export class Voice {
  // `panel` is base, language, root, say, box(), session(), write(text), offer(texts), suggest(), toEnd(),
  // focus(), over(text).
  constructor(panel) {
    this.panel = panel;
    const way = (name, look, icon, sentence) =>
      make("button", { type: "button", class: look, "aria-label": panel.say(name), title: panel.say(name), hidden: true, on: { click: () => this.#speak(sentence) } }, draw(icon));
    this.microphone = way("sentence", "speak", MICROPHONE, true);
    this.phone = way("call", "ring", PHONE, false);
    this.sheet = make("div");
  }

  // What the server can do: `calls`, whether they may be `recording`, whether the browser may hear (`browser_speech`).
  allow(can) {
    this.can = can;
    this.phone.hidden = !can?.calls;
    this.microphone.hidden = !can?.calls && !can?.browser_speech;
  }

  told(line) {
    this.call?.told(line);
  }

  get live() {
    return Boolean(this.call?.live);
  }

  hangUp() {
    this.call?.hangUp();
  }

  // Whether a text went over the line of a call.
  took(text) {
    if (!this.live) return false;
    this.call.type(text);
    return true;
  }

  async #speak(sentence) {
    if (this.busy) return;
    this.busy = true;
    this.panel.over("");
    try {
      if (sentence && this.can.browser_speech) return await this.#hearInBrowser();
      const { Call } = await import("./call/call.js");
      this.call = new Call({ ...this.panel, voice: this.can, over: (text) => this.#over(text) }, { sentence });
      this.sheet.append(this.call.box);
      await this.call.begin();
    } catch (error) {
      this.#over(error.message);
    }
  }

  async #hearInBrowser() {
    const { canHear, hearSentence } = await import("./call/browser_speech.js");
    if (!canHear) return this.#over(this.panel.say("noSpeech"));
    const box = this.sheet.appendChild(make("section", { class: "talk", "aria-label": this.panel.say("sentence") }));
    const text = await hearSentence(this.panel, box);
    this.#over("");
    if (text) this.panel.write(text);
  }

  #over(text) {
    this.sheet.replaceChildren();
    this.call = undefined;
    this.busy = false;
    this.panel.over(text);
    this.panel.toEnd();
    this.panel.focus();
  }
}
