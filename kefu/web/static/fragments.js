// Fetches the parts of the inbox that changed and puts them where the old ones stood: what is
// the same stays as it is, so nothing moves, loses the focus or closes.
const sources = new WeakMap();
const turns = new Map();
const listeners = [];

export const part = (id) => document.getElementById(id);
export const text = (name, values = {}) =>
  Object.entries(values).reduce((said, [key, value]) => said.replaceAll(`{${key}}`, value), part("texts").getAttribute(`data-${name.replaceAll("_", "-")}`));
export const opened = () => part("talk").dataset.conversation ?? "";
export const whenFresh = (listener) => listeners.push(listener);

function remember(root) {
  sources.set(root, root.outerHTML);
  for (const keyed of root.querySelectorAll("[data-keyed]")) remember(keyed);
  if ("keyed" in root.dataset) for (const child of root.children) sources.set(child, child.outerHTML);
}

// Makes the children of one element those of another; each is known by its id.
function reconcile(old, fresh) {
  const known = new Map([...old.children].map((child) => [child.id, child]));
  const wanted = [...fresh.children].map((child) => {
    const before = known.get(child.id);
    if (before && sources.get(before) === child.outerHTML) return before;
    sources.set(child, child.outerHTML);
    const box = before?.querySelector("input[type=checkbox]");
    if (box?.checked) child.querySelector("input[type=checkbox]").checked = true;
    return child;
  });
  for (const child of [...old.children]) if (!wanted.includes(child)) child.remove();
  let place = old.firstElementChild;
  for (const child of wanted) {
    if (child === place) place = place.nextElementSibling;
    else old.insertBefore(child, place);
  }
}

function put(fresh) {
  const old = part(fresh.id);
  if (!old || sources.get(old) === fresh.outerHTML) return;
  const html = fresh.outerHTML;
  if ("keyed" in fresh.dataset && "keyed" in old.dataset) reconcile(old, fresh);
  else {
    const pairs = [...fresh.querySelectorAll("[data-keyed]")].map((one) => [old.querySelector(`#${one.id}`), one]);
    const same = fresh.dataset.conversation === old.dataset.conversation;
    for (const [before, after] of pairs) {
      if (before && same) {
        reconcile(before, after);
        after.replaceWith(before);
      } else remember(after);
    }
    old.replaceWith(fresh);
    sources.set(fresh, html);
    return;
  }
  sources.set(old, html);
}

export async function load(parts, address = location.href) {
  const url = new URL(address, location.href);
  for (const name of parts) url.searchParams.append("part", name);
  const turn = Symbol(url);
  for (const name of parts) turns.set(name, turn);
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (answer.redirected) location.assign("/desk/sign-in?next=/desk/inbox");
  if (!answer.ok) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focus = document.activeElement;
  const scroll = part("scroll");
  const atEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  for (const name of parts) {
    const fresh = page.getElementById(name);
    if (fresh && turns.get(name) === turn) put(fresh);
  }
  if (focus && focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true });
  if (parts.includes("talk") || atEnd) part("scroll")?.scrollTo({ top: part("scroll").scrollHeight });
  mark();
  for (const listener of listeners) listener(parts);
}

// Opens another address of the inbox in place.
export async function open(address, { push = true } = {}) {
  const url = new URL(address, location.href);
  const before = new URL(location.href);
  if (push) history.pushState(null, "", url);
  const listed = ["view", "order", "q", "after"].some((name) => url.searchParams.get(name) !== before.searchParams.get(name));
  part("desk").classList.toggle("reading", url.pathname !== "/desk/inbox");
  await load(listed ? ["views", "list", "talk", "context"] : ["talk", "context"], url);
}

export function mark() {
  const here = location.pathname.split("/")[3] ?? "";
  for (const row of document.querySelectorAll("#rows > li")) {
    const link = row.querySelector("a");
    if (link.dataset.conversation === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

for (const name of ["views", "list", "talk", "head", "lines", "context", "copilot"]) if (part(name)) remember(part(name));
mark();
part("scroll")?.scrollTo({ top: part("scroll").scrollHeight });
