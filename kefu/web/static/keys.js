// The keyboard: one key a deed, and a bar of all commands.
import { open, opened, part } from "./fragments.js";
import { ask } from "./deeds.js";
import { send, turnTo } from "./composer.js";

const OFF = "kefu-keys-off";
const press = (selector) => document.querySelector(selector)?.click();

function step(by) {
  const rows = [...document.querySelectorAll("#rows a[data-conversation]")];
  const at = rows.findIndex((row) => row.dataset.conversation === opened());
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (!next || next.dataset.conversation === opened()) return;
  next.scrollIntoView({ block: "nearest" });
  open(next.href);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => turnTo("reply"),
  n: () => turnTo("note"),
  m: () => press("[data-insert=macros]"),
  a: () => ask("assign"),
  z: () => ask("snooze"),
  e: () => press("#head [data-deed=close]"),
  t: () => press("#head [data-deed=take]"),
  "/": () => part("search").focus(),
  "?": () => part("keys").showModal(),
};

function commands() {
  const dialog = part("commands");
  const all = [...document.querySelectorAll("#head button, [data-tab], #views a, .order a, .top nav a, .corner a")];
  dialog.querySelector("[data-commands]").replaceChildren(
    ...all
      .filter((one) => one.checkVisibility() || one.closest("#views"))
      .map((one) => {
        const words = one.textContent.replace(/\s+/g, " ").trim();
        return Object.assign(document.createElement("button"), { type: "button", textContent: words, onclick: () => (dialog.close(), one.click()) });
      }),
  );
  dialog.querySelector("[data-filter]").value = "";
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.id === "writing") {
    event.preventDefault();
    send();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    commands();
  } else if (typing && event.key === "Escape") event.target.blur();
  else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]") && localStorage.getItem(OFF) !== "1") {
    const work = KEYS[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  }
});

const on = part("keys-on");
on.checked = localStorage.getItem(OFF) !== "1";
on.addEventListener("change", () => localStorage.setItem(OFF, on.checked ? "0" : "1"));
