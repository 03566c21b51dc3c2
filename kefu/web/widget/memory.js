// What outlives a page: a stranger's session, and messages that the server has not
// acknowledged. A signed-in customer's session is never stored, since every page brings
// their identity; and what belonged to somebody else is removed from this browser.
const PREFIX = "kefu.";

export class Memory {
  constructor(identity) {
    this.who = subjectOf(identity);
    const kept = [`${PREFIX}used`, `${PREFIX}who`];
    if (this.#get("who") !== this.who) for (const key of keys()) if (!kept.includes(key)) remove(key);
    this.#set("who", this.who);
  }

  get session() {
    return this.who ? "" : (this.#get("session") ?? "");
  }

  set session(token) {
    this.#set("used", "1");
    if (!this.who) this.#set("session", token);
  }

  get seen() {
    return Number(this.#get("seen") ?? 0);
  }

  set seen(number) {
    this.#set("seen", String(number));
  }

  get unsent() {
    try {
      return JSON.parse(this.#get("unsent") ?? "[]");
    } catch {
      return [];
    }
  }

  keep(message) {
    this.#set("unsent", JSON.stringify([...this.unsent.filter((one) => one.id !== message.id), message]));
  }

  drop(id) {
    this.#set("unsent", JSON.stringify(this.unsent.filter((one) => one.id !== id)));
  }

  // Storage can be forbidden or full; then the chat works without a memory.
  #get(name) {
    try {
      return localStorage.getItem(PREFIX + name) ?? this.#spare.get(name) ?? null;
    } catch {
      return this.#spare.get(name) ?? null;
    }
  }

  #set(name, value) {
    try {
      localStorage.setItem(PREFIX + name, value);
    } catch {
      this.#spare.set(name, value);
    }
  }

  #spare = new Map();
}

// Whom a token speaks of. The server checks it; here it only keeps two people apart.
function subjectOf(token) {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(part), (char) => char.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub ?? "");
  } catch {
    return "";
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {}
}

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
