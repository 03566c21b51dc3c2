// The composer: replies and notes, drafts that survive, five seconds to think again.
import { opened, part, text, whenFresh } from "./fragments.js";
import { act, post, toast } from "./deeds.js";
import { filesOf, plain, putFiles, ready, whenFilesChange } from "./files.js";

const UNDO_MS = 5000;
const me = part("desk").dataset.me;
const keyOf = (conversation) => `kefu-draft:${me}:${conversation}`;
const field = () => part("writing");
const kind = () => document.querySelector("[data-tab][aria-pressed=true]")?.dataset.tab ?? "reply";
let waiting = null;
let also = null; // what goes out with the reply: a macro's deeds, a suggestion's outcome

export function draftOf(conversation) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(conversation)) ?? "null");
  } catch {
    return null;
  }
}

function keep() {
  const value = field().value;
  const files = plain(filesOf(opened()).filter((one) => one.id));
  if (value || files.length) localStorage.setItem(keyOf(opened()), JSON.stringify({ kind: kind(), text: value, files }));
  else localStorage.removeItem(keyOf(opened()));
  part("length").textContent = `${value.length} / ${field().maxLength}`;
  part("length").hidden = value.length < field().maxLength * 0.8;
}

export function turnTo(tab, focus = true) {
  if (!part("composer")) return;
  for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", `${button.dataset.tab === tab}`);
  part("composer").classList.toggle("noting", tab === "note");
  const hint = field().dataset;
  hint.replyHint ??= field().placeholder;
  field().placeholder = tab === "note" ? hint.noteHint : hint.replyHint;
  if (focus) field().focus();
}

export function write(words) {
  const area = field();
  if (!area) return;
  const before = area.value.slice(0, area.selectionStart);
  const gap = before && !/\s$/.test(before) ? "\n" : "";
  area.setRangeText(gap + words, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  keep();
}

function restore() {
  if (!part("composer")) return;
  const draft = draftOf(opened());
  turnTo(draft?.kind ?? "reply", false);
  field().value = draft?.text ?? "";
  if (!filesOf(opened()).length) putFiles(opened(), draft?.files ?? []);
  keep();
  showAlso();
}

// Puts words in; what they bring with them happens when they are sent.
export function bring(words, more) {
  if (kind() !== "reply") turnTo("reply");
  also = { conversation: opened(), deeds: [], ...(also?.conversation === opened() ? also : {}), ...more };
  write(words);
  showAlso();
}

function showAlso() {
  const line = part("also");
  if (!line) return;
  const mine = also?.conversation === opened() ? also.deeds : [];
  line.hidden = !mine.length;
  const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: text("undo"), onclick: () => ((also.deeds = []), showAlso()) });
  line.replaceChildren(`${text("also")} ${mine.map(wordsOf).filter(Boolean).join(" · ")}`, drop);
}

const titleOf = (team) => [...(part("ask-assign")?.querySelector("form").team.options ?? [])].find((one) => team && one.value === team)?.text ?? team;

// A deed in a few words.
export function wordsOf(deed) {
  const values = { tag: deed.add?.join(", "), prioritise: deed.priority, assign: [deed.person, titleOf(deed.team)].filter(Boolean).join(" · "), close: "", snooze: "" };
  return deed.deed in values ? text(`does_${deed.deed}`, { n: values[deed.deed] }) : "";
}

// The deeds that go with a reply: what a macro does, and what became of a suggestion.
function company(reply) {
  if (also?.conversation !== opened()) return [reply];
  const { macro, deeds, suggestion } = also;
  also = null;
  showAlso();
  const outcome = suggestion && (suggestion.text.trim() === reply.text ? "accepted" : "edited");
  if (suggestion?.kind === "draft" && outcome === "accepted") reply.draft = suggestion.source;
  const settled = suggestion ? [{ deed: "settle_suggestion", kind: "reply", source: `${suggestion.kind}:${suggestion.source}`, outcome }] : [];
  return [...(macro ? [{ deed: "use_macro", macro }] : []), reply, ...deeds, ...settled];
}

function showPending(said, ...choices) {
  const line = part("pending");
  if (!line) return;
  line.hidden = !said;
  line.replaceChildren(
    said,
    ...choices.map(([label, work]) => Object.assign(document.createElement("button"), { type: "button", textContent: label, onclick: work })),
  );
}

// What waits goes out now: because the time is over, another conversation is opened, or the page goes.
export async function flush() {
  if (!waiting) return;
  const { conversation, deeds, expected, timer } = waiting;
  clearTimeout(timer);
  waiting = null;
  try {
    await post(`/conversations/${conversation}/deeds`, expected === null ? { deeds } : { deeds, expected });
    if (opened() === conversation) showPending("");
    toast(text("sent"));
  } catch (error) {
    const reply = deeds.find((one) => one.deed === "reply");
    const newer = draftOf(conversation);
    const files = [...reply.attachments, ...(newer?.files ?? [])];
    const again = { kind: "reply", text: newer?.text ? `${reply.text}\n${newer.text}` : reply.text, files };
    putFiles(conversation, []); // which keeps the draft as it stands in the field: so before it is put back
    localStorage.setItem(keyOf(conversation), JSON.stringify(again));
    if (opened() !== conversation) return toast(`${text("failed")} ${error.message}`);
    restore();
    const anyway = () => {
      reply.text = field().value;
      reply.attachments = plain(filesOf(conversation));
      waiting = { conversation, deeds, expected: null, timer: 0 };
      clear();
      flush();
    };
    const who = error.status === 409 ? text("overtaken", { who: error.message }) : `${text("failed")} ${error.message}`;
    showPending(who, [text("send_anyway"), anyway]);
  }
}

function takeBack() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  const reply = waiting.deeds.find((one) => one.deed === "reply");
  field().value = reply.text;
  putFiles(opened(), [...reply.attachments, ...filesOf(opened())]);
  also = waiting.also;
  waiting = null;
  showPending("");
  showAlso();
  keep();
  field().focus();
}

const mentionsIn = (words) => [...words.matchAll(/@([\p{L}\p{N}_.-]+)/gu)].map((found) => found[1]);

export function send() {
  const words = field().value.trim();
  const conversation = opened();
  if (!ready(conversation)) return toast(text("files_wait"));
  const attachments = plain(filesOf(conversation));
  if (!words && !attachments.length) return field().focus();
  flush();
  const close = part("and-close").checked ? [{ deed: "close" }] : [];
  if (kind() === "note") act([{ deed: "note", text: words, mentions: mentionsIn(words), attachments }], [conversation], text("noted"));
  else {
    const kept = also;
    const deeds = [...company({ deed: "reply", text: words, attachments }), ...close];
    const expected = Number(part("head").dataset.version);
    waiting = { conversation, deeds, expected, also: kept, timer: setTimeout(flush, UNDO_MS) };
    showPending(text("sending"), [text("undo"), takeBack]);
  }
  clear();
  part("and-close").checked = false;
}

function clear() {
  field().value = "";
  putFiles(opened(), []);
  keep();
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]")?.dataset.tab;
  if (tab) {
    turnTo(tab);
    keep();
  }
});
document.addEventListener("input", (event) => event.target.id === "writing" && keep());
document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  send();
});
addEventListener("pagehide", flush);
whenFilesChange((conversation) => conversation === opened() && part("composer") && keep());
whenFresh((parts) => parts.includes("talk") && restore());
restore();
