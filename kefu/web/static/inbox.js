// The inbox, live: hears what changed over one numbered stream and fetches the parts that did.
import { load, mark, open, opened, part, text, whenFresh } from "./fragments.js";
import { chosen, post, toast } from "./deeds.js";
import { draftOf, flush } from "./composer.js";
import "./inserts.js";
import "./keys.js";

const HELPED = ["MessageReceived", "PersonReplied", "SuggestionSettled", "PersonTook", "Assigned", "Closed", "Reopened", "HandedBack", "Corrected"];
const LIST_MS = 600;
const BEAT_MS = 15000;
const RETRY_MS = 2000;
const TYPES_MS = 8000;
const screen_ = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let position = Number(part("desk").dataset.position);
let dirty = new Set();
let timer = 0;
let last = 0;

// Loads at once, then at most every so often, and never while nobody looks.
function schedule(...parts) {
  for (const name of parts) dirty.add(name);
  if (timer || document.hidden) return;
  const urgent = dirty.has("lines") || Date.now() - last > LIST_MS;
  timer = setTimeout(refresh, urgent ? 0 : LIST_MS);
}

async function refresh() {
  const parts = [...dirty].filter((name) => opened() || name === "views" || name === "list");
  dirty = new Set();
  try {
    if (parts.length) await load(parts);
  } catch {
    // the stream tells when the server is away
  }
  last = Date.now();
  timer = 0;
  if (dirty.size) schedule();
}

function banner(said) {
  part("banner").hidden = !said;
  part("banner").textContent = said;
}

function connect() {
  const stream = new EventSource(`/api/v1/desk/stream?after=${position}`);
  let gone = 0;
  const heard = (event) => {
    if (event.lastEventId) position = Number(event.lastEventId);
  };
  stream.addEventListener("hello", (event) => {
    heard(event);
    clearTimeout(gone);
    gone = 0;
    banner("");
    beat("looks");
  });
  stream.addEventListener("change", (event) => {
    heard(event);
    const { conversation, kinds } = JSON.parse(event.data);
    const here = conversation === opened();
    schedule("views", "list", ...(here ? ["head", "lines", "context"] : []));
    if (here && kinds.some((kind) => HELPED.includes(kind))) schedule("copilot");
  });
  stream.addEventListener("presence", (event) => {
    const { conversation, people } = JSON.parse(event.data);
    if (conversation === opened()) showPeople(people);
    schedule("list");
  });
  stream.addEventListener("lists", (event) => {
    heard(event);
    schedule("views", "list");
  });
  stream.addEventListener("reset", (event) => {
    heard(event);
    schedule("views", "list", "head", "lines", "context");
  });
  stream.onerror = async () => {
    gone ||= setTimeout(() => banner(text("offline")), 1500);
    if (stream.readyState !== EventSource.CLOSED) return;
    const answer = await fetch("/api/v1/inbox/counts").catch(() => null);
    if (answer?.status === 401) return banner(text("signed_out"));
    setTimeout(connect, RETRY_MS);
  };
}

let hush = 0;
function showPeople(people) {
  clearTimeout(hush);
  if (people.some((one) => !one.who)) hush = setTimeout(() => showPeople(people.filter((one) => one.who)), TYPES_MS);
  const others = [...new Map(people.filter((one) => one.screen !== screen_).map((one) => [one.who, one])).values()];
  part("people")?.replaceChildren(
    ...others
      .filter((one) => one.who !== part("desk").dataset.me)
      .map((one) => Object.assign(document.createElement("span"), { className: "chip seen", textContent: one.who ? text(one.state, { who: one.who }) : text("customer_types") })),
  );
}

let present = "";
let typedAt = 0;
function beat(state) {
  const conversation = part("composer") ? opened() : ""; // who only reads is not announced
  const say = (one, how) => post("/desk/presence", { conversation: one, screen: screen_, state: how }).catch(() => {});
  if (present && present !== conversation) say(present, "left");
  present = conversation;
  if (conversation && (!document.hidden || state === "left")) say(conversation, state);
}
setInterval(() => beat(Date.now() - typedAt < 6000 ? "types" : "looks"), BEAT_MS);
document.addEventListener("input", (event) => {
  if (event.target.id !== "writing") return;
  if (Date.now() - typedAt > 5000) {
    beat("types");
    setTimeout(() => Date.now() - typedAt > 5000 && beat("looks"), 7000);
  }
  typedAt = Date.now();
});
addEventListener("pagehide", () => beat("left"));

function decorate() {
  for (const row of document.querySelectorAll("#rows > li")) {
    const draft = row.id.slice(4) === opened() ? null : draftOf(row.id.slice(4));
    const preview = row.querySelector(".preview");
    if (draft && !("fixed" in preview.dataset)) preview.replaceChildren(Object.assign(document.createElement("em"), { textContent: text("draft") }), ` ${draft.text.slice(0, 120)}`);
  }
  const many = chosen().length;
  part("bulk").hidden = !many;
  part("bulk").querySelector("[data-count]").textContent = text("chosen", { n: many });
}

async function showWhy(link) {
  const said = link.closest(".said");
  const old = said.querySelector(".why");
  if (old) return old.remove();
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const box = document.createElement("div");
  box.className = "why";
  box.append(...page.querySelectorAll("main > .verdict, main > .flow, main > section"));
  said.append(box);
}

document.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a");
  const doing = event.target.closest("[data-do]")?.dataset.do;
  if (doing === "unselect") {
    for (const box of document.querySelectorAll("#rows input:checked")) box.checked = false;
    decorate();
  } else if (doing === "beside") part("desk").classList.toggle("beside");
  if (!link) return;
  if (link.dataset.why) {
    event.preventDefault();
    showWhy(link);
  } else if (link.pathname.startsWith("/desk/inbox") && link.origin === location.origin && !link.closest(".top")) {
    event.preventDefault();
    flush();
    await open(link.href).catch((error) => toast(`${text("failed")} ${error.message}`));
  }
});
document.addEventListener("change", (event) => event.target.matches("#rows input") && decorate());
addEventListener("popstate", () => load(["views", "list", "talk", "context"]));
document.addEventListener("visibilitychange", () => !document.hidden && (schedule(), beat("looks")));
document.querySelector(".search").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = part("search").value.trim();
  open(`/desk/inbox${opened() ? `/${opened()}` : ""}${words ? `?q=${encodeURIComponent(words)}` : ""}`);
});
whenFresh((parts) => {
  if (parts.includes("talk")) {
    part("desk").classList.remove("beside");
    beat("looks");
    schedule("copilot");
  }
  decorate();
});
decorate();
mark();
connect();
if (opened()) schedule("copilot");
