// What the composer can bring in: macros, passages of the company's texts, suggestions; and views to keep.
import { open, opened, part, text } from "./fragments.js";
import { act, post, toast } from "./deeds.js";
import { bring, wordsOf, write } from "./composer.js";

const get = async (path) => {
  const answer = await fetch(`/api/v1${path}`);
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};

function choice(head, body, foot, work) {
  const button = Object.assign(document.createElement("button"), { type: "button", onclick: work });
  for (const [name, words] of [["strong", head], ["span", body], ["small", foot]]) {
    if (words) button.append(Object.assign(document.createElement(name), { textContent: words }));
  }
  return button;
}

function offer(dialog, choices) {
  dialog.querySelector(".choices").replaceChildren(...choices);
  dialog.querySelector(".none").hidden = choices.length > 0;
}

async function macros() {
  const dialog = part("macros");
  const found = await get(`/conversations/${opened()}/macros`);
  const use = (one) => () => {
    dialog.close();
    const deeds = [{ deed: "use_macro", macro: one.name }, ...one.deeds];
    if (one.text) bring(one.text, { macro: one.name, deeds: one.deeds });
    else act(deeds, [opened()]);
  };
  offer(dialog, found.map((one) => choice(one.name, one.text, one.deeds.map(wordsOf).filter(Boolean).join(" · "), use(one))));
  dialog.querySelector("[data-filter]").value = "";
  dialog.showModal();
}

let asked = 0;
async function search(words) {
  const dialog = part("passages");
  const turn = ++asked;
  const found = words ? await get(`/conversations/${opened()}/passages?q=${encodeURIComponent(words)}`) : [];
  if (turn !== asked) return;
  const use = (one) => () => {
    dialog.close();
    write(one.link ? `${one.text.trim()} ${new URL(one.link, location.origin)}` : one.text.trim());
  };
  offer(dialog, found.map((one) => choice(one.title, one.text, `${Math.round(one.probability * 100)}%`, use(one))));
}

function passages() {
  const dialog = part("passages");
  const field = dialog.querySelector("input");
  field.value = [...document.querySelectorAll("#lines .customer > p")].at(-1)?.textContent.slice(0, 200) ?? "";
  search(field.value).catch((error) => toast(error.message));
  dialog.showModal();
  field.select();
}

function suggest(button) {
  const { kind, source, text: words } = button.closest(".suggestion").dataset;
  if (button.dataset.suggest === "use") bring(words, { suggestion: { kind, source, text: words } });
  else {
    act([{ deed: "settle_suggestion", kind: "reply", source: `${kind}:${source}`, outcome: "rejected" }], [opened()], text("rejected"));
    button.closest(".suggestion").remove();
  }
}

async function keepView(form) {
  const values = Object.fromEntries(["team", "channel", "language", "priority", "tag"].map((name) => [name, form[name].value.trim()]).filter(([, value]) => value));
  if (form.person.value !== "*") values.person = form.person.value;
  values.status = [...form.querySelectorAll("[name=status]:checked")].map((box) => box.value);
  const kept = await post("/views", { name: form.called.value, shared: form.shared?.checked ?? false, filter: values });
  await open(`/desk/inbox?view=saved:${kept.id}`);
}

async function dropView(id) {
  const answer = await fetch(`/api/v1/views/${id}`, { method: "DELETE" });
  if (answer.ok) await open("/desk/inbox");
  else toast((await answer.json()).error.message);
}

const OFFERED = { macros, passages };
const fail = (error) => toast(`${text("failed")} ${error.message}`);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { insert, suggest: suggested, dialog, dropView: dropped } = button.dataset;
  if (insert) Promise.resolve(OFFERED[insert]()).catch(fail);
  else if (suggested) suggest(button);
  else if (dropped) dropView(dropped).catch(fail);
  else if (dialog) {
    part(dialog).returnValue = "";
    part(dialog).showModal();
  }
});

let pause = 0;
document.addEventListener("input", (event) => {
  if (event.target.matches("#passages input")) {
    clearTimeout(pause);
    pause = setTimeout(() => search(event.target.value.trim()).catch(fail), 200);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target.id === "writing" && event.key === "/" && !event.target.value.trim()) {
    event.preventDefault();
    macros().catch(fail);
  } else if (event.target.matches("#passages input") && event.key === "Enter") event.preventDefault();
});
part("ask-view").addEventListener("close", (event) => {
  if (event.target.returnValue === "do") keepView(event.target.querySelector("form")).catch(fail);
});
