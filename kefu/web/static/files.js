// Files that go with what is written: picked, pasted or dropped, brought to the server at once, sent with the words.
import { opened, part, text, whenFresh } from "./fragments.js";
import { toast } from "./deeds.js";

const brought = new Map(); // conversation → [{ id, name, kind, size, done, request }]
const listeners = [];

export const filesOf = (conversation) => brought.get(conversation) ?? [];
export const ready = (conversation) => filesOf(conversation).every((one) => one.id);
export const plain = (files) => files.map(({ id, name, kind, size }) => ({ id, name, kind, size }));
export const whenFilesChange = (listener) => listeners.push(listener);

export function putFiles(conversation, files) {
  if (files.length) brought.set(conversation, files);
  else brought.delete(conversation);
  show();
  for (const listener of listeners) listener(conversation);
}

const sizeOf = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function show() {
  const box = part("files");
  if (!box) return;
  const conversation = opened();
  const mine = filesOf(conversation);
  box.hidden = !mine.length;
  box.replaceChildren(
    ...mine.map((one) => {
      const row = document.createElement("li");
      const drop = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "×", ariaLabel: text("drop_file", { who: one.name }), onclick: () => remove(conversation, one) });
      const state = one.id ? Object.assign(document.createElement("small"), { textContent: sizeOf(one.size) }) : Object.assign(document.createElement("progress"), { max: 1, value: one.done, ariaLabel: one.name });
      row.append(Object.assign(document.createElement("span"), { textContent: one.name }), state, drop);
      return row;
    }),
  );
}

function remove(conversation, one) {
  one.request?.abort();
  putFiles(conversation, filesOf(conversation).filter((other) => other !== one));
  if (one.id) fetch(`/api/v1/conversations/${conversation}/attachments/${one.id}`, { method: "DELETE" });
}

// A request of the old kind: the only one that tells how far an upload got.
function bring(conversation, file) {
  const one = { name: file.name || "image.png", size: file.size, done: 0, request: new XMLHttpRequest() };
  const { request } = one;
  request.open("POST", `/api/v1/conversations/${conversation}/attachments?name=${encodeURIComponent(one.name.slice(-200))}`);
  request.responseType = "json";
  request.upload.onprogress = (event) => {
    one.done = event.loaded / event.total;
    const bar = opened() === conversation && part("files")?.children[filesOf(conversation).indexOf(one)]?.querySelector("progress");
    if (bar) bar.value = one.done;
  };
  const fail = (said) => {
    putFiles(conversation, filesOf(conversation).filter((other) => other !== one));
    toast(`${one.name}: ${said}`);
  };
  request.onload = () => {
    const { error, id, name, kind, size } = request.response ?? {};
    if (request.status !== 200) return fail(error?.detail || error?.message || request.status);
    Object.assign(one, { id, name, kind, size, request: null });
    putFiles(conversation, filesOf(conversation));
  };
  request.onerror = () => fail(text("failed"));
  request.send(file);
  return one;
}

function add(files) {
  const limits = part("pick")?.dataset;
  if (!limits || !files.length) return;
  const conversation = opened();
  const noting = part("composer").classList.contains("noting");
  if (!limits.carried && !noting) return toast(text("no_files"));
  const room = Number(limits.most) - filesOf(conversation).length;
  if (files.length > room) toast(text("too_many_files", { n: limits.most }));
  const fits = files.slice(0, Math.max(0, room)).filter((file) => file.size <= Number(limits.largest) || toast(text("too_large_file", { who: file.name })));
  if (fits.length) putFiles(conversation, [...filesOf(conversation), ...fits.map((file) => bring(conversation, file))]);
}

document.addEventListener("click", (event) => event.target.closest("[data-pick]") && part("pick").click());
document.addEventListener("change", (event) => {
  if (event.target.id !== "pick") return;
  add([...event.target.files]);
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  if (event.target.id !== "writing" || !event.clipboardData.files.length) return;
  event.preventDefault();
  add([...event.clipboardData.files]);
});
const isOver = (event) => part("pick") && event.target.closest?.("#talk") && event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  const over = isOver(event);
  part("composer")?.classList.toggle("over", Boolean(over));
  if (over) event.preventDefault();
});
document.addEventListener("dragleave", (event) => event.relatedTarget || part("composer")?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  part("composer")?.classList.remove("over");
  if (!isOver(event)) return;
  event.preventDefault();
  add([...event.dataTransfer.files]);
});
whenFresh((parts) => parts.includes("talk") && show());
