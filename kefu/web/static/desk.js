// Keeps the parts of a page that change (data-live) as new as the server has them, while
// nobody is writing in them. Without this script the pages work all the same.
const PAUSE_MS = 4000;

async function refresh(part) {
  const busy = part.contains(document.activeElement) || [...part.querySelectorAll("textarea")].some((field) => field.value);
  if (busy || document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
  if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
}

const part = document.querySelector("[data-live]");
if (part) setInterval(() => refresh(part).catch(() => {}), PAUSE_MS);
