// Files to send: picked, pasted or dropped, brought to the server at once, removable until the message is sent.
import { draw, make } from "./make.js";

const CLIP = "M20.5 11.5l-8.7 8.7a5.5 5.5 0 0 1-7.8-7.8l8.7-8.7a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.7a1.8 1.8 0 0 1-2.6-2.6l8-8";
const REMOVE = "M7 7l10 10M17 7L7 17";

export const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

export class Files {
  // `link` gives the connection; `tell` says what went wrong.
  constructor(say, link, tell) {
    Object.assign(this, { say, link, tell });
    this.chosen = [];
    this.most = 0;
    this.input = make("input", { type: "file", multiple: true, hidden: true, on: { change: () => (this.add([...this.input.files]), (this.input.value = "")) } });
    this.button = make("button", { type: "button", class: "clip", "aria-label": say("attach"), title: say("attach"), hidden: true, on: { click: () => this.input.click() } }, draw(CLIP));
    this.box = make("ul", { class: "chosen", "aria-label": say("files"), hidden: true });
  }

  allow(most, largest) {
    Object.assign(this, { most, largest });
    this.button.hidden = !most;
  }

  // What is ready to be sent, and gone from here; null while something is on its way.
  take() {
    if (this.chosen.some((one) => !one.id)) return null;
    const files = this.chosen.map(({ id, name, kind, size }) => ({ id, name, kind, size }));
    this.chosen = [];
    this.#show();
    return files;
  }

  add(files) {
    if (!this.most || !files.length) return;
    const room = this.most - this.chosen.length;
    if (files.length > room) this.tell(this.say("tooMany", { n: this.most }));
    for (const file of files.slice(0, Math.max(0, room))) {
      if (file.size > this.largest) this.tell(this.say("tooLarge", { who: file.name, n: Math.floor(this.largest / (1 << 20)) }));
      else this.#bring(file);
    }
  }

  hear(box) {
    const files = (event, from) => event[from]?.files?.length && (event.preventDefault(), this.add([...event[from].files]));
    box.addEventListener("paste", (event) => files(event, "clipboardData"));
    box.addEventListener("drop", (event) => files(event, "dataTransfer"));
    box.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  }

  async #bring(file) {
    const one = { name: file.name || "image.png", size: file.size, bar: make("progress", { max: 1, value: 0, "aria-label": file.name }) };
    this.chosen.push(one);
    this.#show();
    try {
      Object.assign(one, await this.link().bring(file, one));
    } catch (error) {
      this.chosen = this.chosen.filter((other) => other !== one);
      if (!one.removed) this.tell(`${one.name}：${error.message || this.say("failed")}`);
    }
    this.#show();
  }

  #remove(one) {
    one.removed = true;
    this.chosen = this.chosen.filter((other) => other !== one);
    if (one.id) this.link().takeBack(one.id);
    else one.request?.abort();
    this.#show();
  }

  #show() {
    this.box.hidden = !this.chosen.length;
    this.box.replaceChildren(
      ...this.chosen.map((one) => {
        const drop = make("button", { type: "button", "aria-label": this.say("remove", { who: one.name }), on: { click: () => this.#remove(one) } }, draw(REMOVE));
        return make("li", {}, make("span", {}, one.name), one.id ? make("small", {}, sizeOf(one.size)) : one.bar, drop);
      }),
    );
  }
}
