// What people do: deeds go to the API, a line says so and takes them back. Dialogs ask for what a deed needs.
import { opened, part, text } from "./fragments.js";

let closing = 0;

export function toast(said, label = "", work = null) {
  const box = part("toast");
  const button = box.querySelector("button");
  box.querySelector("span").textContent = said;
  button.hidden = !work;
  button.textContent = label;
  button.onclick = () => {
    box.hidden = true;
    work();
  };
  box.hidden = false;
  clearTimeout(closing);
  closing = setTimeout(() => (box.hidden = true), 8000);
}

async function post(path, body) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: true };
  const answer = await fetch(`/api/v1${path}`, init);
  const found = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error.detail || found.error.message), { status: answer.status, failure: found.error });
  return found;
}
export { post };

export const chosen = () => [...document.querySelectorAll("#rows input:checked")].map((box) => box.value);
export const targets = () => {
  const many = chosen();
  return many.length ? many : opened() ? [opened()] : [];
};

// Lets deeds happen in conversations and offers to take them back.
export async function act(deeds, ids = targets(), said = "") {
  if (!ids.length) return;
  try {
    const done = ids.length === 1 ? [await post(`/conversations/${ids[0]}/deeds`, { deeds })] : await post("/deeds", { conversations: ids, deeds });
    const wrong = done.filter((one) => one.error);
    const back = done.filter((one) => one.undo.length);
    const undo = async () => {
      for (const one of back) await post(`/conversations/${one.id}/deeds`, { deeds: one.undo });
      toast(text("undone"));
    };
    const line = wrong.length ? wrong[0].error : said || (ids.length > 1 ? text("several", { n: ids.length }) : text("done"));
    toast(line, text("undo"), back.length ? undo : null);
  } catch (error) {
    toast(`${text("failed")} ${error.message}`);
  }
}

const at = (hours, from = new Date()) => new Date(from.getTime() + hours * 3600e3);
const morning = (days) => {
  const day = new Date();
  day.setDate(day.getDate() + days);
  day.setHours(9, 0, 0, 0);
  return day;
};
const LATER = { hour: () => at(1), three_hours: () => at(3), tomorrow: () => morning(1), week: () => morning(((8 - new Date().getDay()) % 7) || 7) };

const MADE = {
  assign: (form) => [{ deed: "assign", person: form.person.value.trim(), team: form.team.value.trim() }],
  snooze: (form, value) => {
    const until = value === "do" ? form.until.value && new Date(form.until.value) : LATER[value]();
    return until ? [{ deed: "snooze", until: until.toISOString() }] : [];
  },
  prioritise: (_, value) => [{ deed: "prioritise", priority: value }],
  tag: (form) => {
    const add = form.add.value.split(/[,，]/).map((tag) => tag.trim()).filter(Boolean);
    const remove = [...form.querySelectorAll("[data-tags] input:not(:checked)")].map((box) => box.value);
    return add.length || remove.length ? [{ deed: "tag", add, remove }] : [];
  },
  set_fields: (form) => {
    const changed = [...form.querySelectorAll("[data-field]")].filter((box) => box.value.trim() !== (box.dataset.was ?? ""));
    if (changed.length) return [{ deed: "set_fields", fields: Object.fromEntries(changed.map((box) => [box.dataset.field, box.value.trim()])) }];
    return named(form);
  },
};

// A field that nobody declared, by the name that was typed.
const named = (form) => (form.elements.name?.value.trim() ? [{ deed: "set_fields", fields: { [form.elements.name.value.trim()]: form.value.value.trim() } }] : []);

// Shows a value; a choice that no longer is among the others is offered all the same.
function offer(box, value) {
  if (box.options && value && ![...box.options].some((one) => one.value === value)) box.append(new Option(value, value));
  box.value = value;
}

function prepare(kind, dialog) {
  const form = dialog.querySelector("form");
  form.reset();
  const head = chosen().length ? {} : (part("head")?.dataset ?? {});
  if (kind === "assign") {
    form.person.value = head.person ?? "";
    offer(form.team, head.team ?? "");
  }
  if (kind === "set_fields") {
    const known = JSON.parse(head.fields ?? "{}");
    for (const box of form.querySelectorAll("[data-field]")) offer(box, (box.dataset.was = known[box.dataset.field] ?? ""));
  }
  if (kind === "tag") {
    const tags = (head.tags ?? "").split("\n").filter(Boolean);
    form.querySelector("[data-tags]").replaceChildren(
      ...tags.map((tag) => {
        const label = document.createElement("label");
        label.className = "inline";
        label.append(Object.assign(document.createElement("input"), { type: "checkbox", checked: true, value: tag }), ` ${tag}`);
        return label;
      }),
    );
  }
}

// Asks for what a deed needs; the answer becomes the deed.
export function ask(kind) {
  const ids = targets();
  const dialog = part(`ask-${kind}`);
  if (!dialog || !ids.length) return;
  prepare(kind, dialog);
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (!dialog.returnValue) return;
    const deeds = MADE[kind](dialog.querySelector("form"), dialog.returnValue);
    if (deeds.length) act(deeds, ids);
  };
  dialog.showModal();
}

function correct(button) {
  const dialog = part("ask-correct");
  const line = button.closest(".said").querySelector("p").textContent;
  const conversation = opened();
  dialog.querySelector("[data-text]").textContent = line;
  filter(dialog, "");
  dialog.querySelector("[data-filter]").value = "";
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue) act([{ deed: "correct", turn_id: button.dataset.correct, text: line, intent: dialog.returnValue }], [conversation]);
  };
  dialog.showModal();
}

function filter(dialog, words) {
  for (const choice of dialog.querySelectorAll(".choices button")) {
    choice.hidden = !choice.textContent.toLowerCase().includes(words.toLowerCase());
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("dialog [data-filter]")) filter(event.target.closest("dialog"), event.target.value);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("dialog [data-filter]")) {
    event.preventDefault();
    event.target.closest("dialog").querySelector(".choices button:not([hidden])")?.click();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { deed, ask: kind, sendDraft, merge } = button.dataset;
  if (deed) act([{ deed }], button.closest("#bulk") ? chosen() : [opened()]);
  else if (merge) act([{ deed: "merge", into: merge }], [opened()]);
  else if (kind) ask(kind);
  else if (sendDraft) post(`/turns/${sendDraft}/draft`, {}).then(() => toast(text("sent")), (error) => toast(error.message));
  else if ("correct" in button.dataset) correct(button);
});
