// The connection: a socket, or long polls where sockets don't get through. Lines carry
// numbers, so after any break it goes on where it was, and shows nothing twice.
const PAUSES_MS = [400, 1000, 2000, 4000, 8000, 15000];
const ACK_MS = 8000;
const POLL_S = 25;
const SOCKET_AGAIN_MS = 60000;
const MISSES = 2;
const REFUSED = 4401;
const TYPES_MS = 4000;

export class Link {
  // `open(fresh)` gives a session; `hear` is told: line, ready, offline, ack, refused, typing, expired.
  constructor(base, language, open, hear) {
    this.base = base;
    this.language = language;
    this.open = open;
    this.hear = hear;
    this.last = 0;
    this.session = "";
    this.ready = false;
    this.failures = 0;
    this.misses = 0;
    this.pollUntil = 0;
    this.timers = new Map();
    const hurry = () => document.hidden || this.wake?.();
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
  }

  async run() {
    for (;;) {
      try {
        this.session ||= await this.open();
        await (Date.now() < this.pollUntil ? this.#poll() : this.#talk());
      } catch (error) {
        if (error.status === 401) {
          this.session = "";
          if (error.final) return this.hear.expired();
        }
      }
      this.#rest();
      const pause = PAUSES_MS[Math.min(this.failures++, PAUSES_MS.length - 1)] * (0.7 + Math.random() * 0.6);
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, pause);
      });
    }
  }

  // Safe to call again with the same id: the server knows a repeat.
  say(message) {
    if (!this.ready || this.timers.has(message.id)) return;
    this.timers.set(message.id, setTimeout(() => this.#breakOff(), ACK_MS));
    const attachments = (message.files ?? []).map((file) => file.id);
    this.typedAt = 0;
    const frame = { id: message.id, text: message.text, language: this.language, ...(attachments.length ? { attachments } : {}) };
    if (this.socket) this.socket.send(JSON.stringify({ type: "say", ...frame }));
    else this.sending = (this.sending ?? Promise.resolve()).then(() => this.#post(frame));
  }

  // Said at most every few seconds; over polls it is not said at all.
  types() {
    if (!this.socket || !this.ready || Date.now() - (this.typedAt ?? 0) < TYPES_MS) return;
    this.typedAt = Date.now();
    this.socket.send('{"type":"typing"}');
  }

  rate(opinion) {
    return this.#fetch("rating", { method: "POST", body: JSON.stringify(opinion) });
  }

  // A request of the old kind: the only one that tells how far an upload got.
  bring(file, one) {
    return new Promise((resolve, reject) => {
      const request = (one.request = new XMLHttpRequest());
      request.open("POST", `${this.base}api/v1/chat/attachments?name=${encodeURIComponent(one.name.slice(-200))}`);
      request.setRequestHeader("Authorization", `Bearer ${this.session}`);
      request.setRequestHeader("Accept-Language", this.language);
      request.responseType = "json";
      request.upload.onprogress = (event) => (one.bar.value = event.loaded / event.total);
      request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(request.response?.error?.message)));
      request.onerror = request.onabort = () => reject(new Error());
      request.send(file);
    });
  }

  takeBack(id) {
    const headers = { Authorization: `Bearer ${this.session}` };
    return fetch(`${this.base}api/v1/chat/attachments/${id}`, { method: "DELETE", headers }).catch(() => {});
  }

  #talk() {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${this.base.replace(/^http/, "ws")}api/v1/chat/live`);
      this.breakOff = () => socket.close();
      socket.onopen = () => socket.send(JSON.stringify({ type: "hello", session: this.session, after: this.last }));
      socket.onmessage = ({ data }) => this.#take(JSON.parse(data), socket);
      socket.onclose = ({ code }) => {
        if (!this.ready && ++this.misses >= (this.pollUntil ? 1 : MISSES)) this.pollUntil = Date.now() + SOCKET_AGAIN_MS;
        if (code === REFUSED) reject(Object.assign(new Error("refused"), { status: 401 }));
        else resolve();
      };
    });
  }

  #take(frame, socket) {
    if (frame.type === "message") this.#line(frame);
    else if (frame.type === "ready") {
      this.socket = socket;
      this.#begin(frame);
    } else if (frame.type === "ack") this.#acked(frame.id);
    else if (frame.type === "typing") this.hear.typing();
    else if (frame.type === "error" && frame.id) this.#refused(frame.id, frame.message);
  }

  async #poll() {
    const stop = new AbortController();
    this.breakOff = () => stop.abort();
    while (Date.now() < this.pollUntil) {
      const wait = this.ready ? POLL_S : 0;
      const news = await this.#fetch(`messages?after=${this.last}&wait=${wait}`, { signal: stop.signal });
      news.messages.forEach((line) => this.#line(line));
      if (!this.ready) this.#begin(news);
    }
  }

  async #post(frame) {
    try {
      await this.#fetch("messages", { method: "POST", body: JSON.stringify(frame) });
      this.#acked(frame.id);
    } catch (error) {
      if (error.status >= 400 && error.status < 500) this.#refused(frame.id, error.message);
      else this.#breakOff();
    }
  }

  async #fetch(path, options) {
    const headers = { Authorization: `Bearer ${this.session}`, "Content-Type": "application/json", "Accept-Language": this.language };
    const answer = await fetch(`${this.base}api/v1/chat/${path}`, { ...options, headers });
    const body = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(body.error?.message), { status: answer.status });
    return body;
  }

  #line(line) {
    if (line.number <= this.last) return;
    this.last = line.number;
    if (line.by === "customer" && line.id) this.#settle(line.id);
    this.hear.line(line);
  }

  #begin(state) {
    this.ready = true;
    this.failures = this.misses = 0;
    this.hear.ready(state);
  }

  #acked(id) {
    this.#settle(id);
    this.hear.ack(id);
  }

  #refused(id, message) {
    this.#settle(id);
    this.hear.refused(id, message);
  }

  #settle(id) {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  #breakOff() {
    this.breakOff?.();
  }

  #rest() {
    this.ready = false;
    this.socket = this.breakOff = undefined;
    this.timers.forEach(clearTimeout);
    this.timers.clear();
    this.hear.offline();
  }
}
