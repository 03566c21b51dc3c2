// The library's pages: files that are dropped or chosen go to the API one by one, and what is
// written shows as its readers will see it. Writing works without this script, too.
const PAUSE_MS = 300;

const json = async (answer) => {
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.detail || body.error?.message);
  return body;
};
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const drop = document.querySelector("[data-upload]");
if (drop) {
  const { upload, working, taken, skipped } = drop.dataset;
  const outcomes = drop.querySelector(".outcomes");
  const field = drop.querySelector("input[type=file]");
  let queue = Promise.resolve();

  const send = async (file) => {
    const line = document.createElement("li");
    const say = (text, kind) => { line.className = kind; line.textContent = `${file.name}: ${text}`; };
    outcomes.append(line);
    say(working, "");
    try {
      const query = new URLSearchParams({ audience: drop.querySelector("[name=audience]").value });
      const made = await json(await fetch(`${upload}${encodeURIComponent(file.name)}?${query}`, { method: "PUT", body: file }));
      const [added, changed, removed] = [made.added, made.changed, made.removed].map((ids) => ids.length);
      say(fill(taken, { added, changed, removed, same: made.articles.length - added - changed }), "taken");
    } catch (error) {
      say(fill(skipped, { reason: error.message }), "problem");
    }
  };
  const renew = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.querySelector("[data-list]");
    if (fresh) document.querySelector("[data-list]").replaceWith(fresh);
  };
  const take = (files) => {
    for (const file of files) queue = queue.then(() => send(file));
    queue = queue.then(renew).catch(() => {});
  };
  field.addEventListener("change", () => { take([...field.files]); field.value = ""; });
  for (const kind of ["dragover", "dragleave", "drop"]) drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") take([...event.dataTransfer.files]);
  });
}

const writing = document.querySelector("[data-preview]");
if (writing) {
  const shown = writing.querySelector(".shown");
  let timer, number = 0;
  const show = async () => {
    const mine = ++number;
    const [title, markdown] = ["title", "markdown"].map((name) => writing.elements[name].value);
    const headers = { "Content-Type": "application/json" };
    const made = await json(await fetch(writing.dataset.preview, { method: "POST", headers, body: JSON.stringify({ title, markdown }) }));
    // The server makes this HTML of a few safe tags; the page's policy forbids scripts besides.
    if (mine === number) shown.innerHTML = made.html;
  };
  writing.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show().catch(() => {}), PAUSE_MS);
  });
  let saved = false;
  writing.addEventListener("submit", () => (saved = true));
  const before = new FormData(writing).get("markdown");
  addEventListener("beforeunload", (event) => {
    if (!saved && writing.elements.markdown.value !== before) event.preventDefault();
  });
}
