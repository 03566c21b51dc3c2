// The one script that a page needs:
//   <script src="/widget.js" data-language="zh" data-identity="JWT" data-title="" async></script>
// It draws the launcher at once; the chat itself is loaded when somebody wants it, or has
// used it before and may have an answer waiting.
(() => {
  const script = document.currentScript;
  if (!script || window.kefu) return;
  const { endpoint, identity = "", title = "", language } = script.dataset;
  const base = new URL(endpoint ? endpoint.replace(/\/?$/, "/") : ".", script.src).href;
  const wish = language || document.documentElement.lang || navigator.language;
  const options = { base, identity, title, language: wish.toLowerCase().startsWith("en") ? "en" : "zh" };
  const label = { zh: "在线客服", en: "Chat with us" }[options.language];

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000;
      font-family: system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    @media print { :host { display: none; } }
    .launcher { display: flex; align-items: center; gap: 10px; position: relative; min-height: 52px; margin: 0; padding: 0 20px 0 16px;
      border: 0; border-radius: 26px; background: var(--kefu-brand, #0f6b5c); color: #fff; font-family: inherit; font-size: 16px; font-weight: 600;
      cursor: pointer; box-shadow: 0 2px 6px rgb(0 0 0 / 18%), 0 8px 28px rgb(0 0 0 / 16%); transition: transform .15s, box-shadow .15s; }
    .launcher:hover { transform: translateY(-1px); box-shadow: 0 3px 8px rgb(0 0 0 / 20%), 0 12px 32px rgb(0 0 0 / 20%); }
    .launcher:focus-visible { outline: 3px solid #fff; outline-offset: -5px; }
    .launcher svg { width: 24px; height: 24px; }
    .count { position: absolute; top: -6px; right: -4px; min-width: 22px; box-sizing: border-box; padding: 4px 6px; border-radius: 11px;
      background: #a6231b; color: #fff; font-size: 13px; line-height: 14px; text-align: center; }
    [hidden] { display: none !important; }
    @media (max-width: 480px) { :host { right: 14px; bottom: 14px; } .launcher span.text { display: none; } .launcher { padding: 0 14px; } }
    @media (prefers-reduced-motion: reduce) { .launcher { transition: none; } .launcher:hover { transform: none; } }
  `);

  const host = document.createElement("div");
  host.id = "kefu";
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];
  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.className = "launcher";
  launcher.setAttribute("aria-haspopup", "dialog");
  launcher.setAttribute("aria-expanded", "false");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("d", "M5 3.5h14A2.5 2.5 0 0 1 21.5 6v9a2.5 2.5 0 0 1-2.5 2.5h-6.6L7 21.6v-4.1H5A2.5 2.5 0 0 1 2.5 15V6A2.5 2.5 0 0 1 5 3.5Zm3 8.2a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6Zm4 0a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6Zm4 0a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6Z");
  icon.append(path);
  const text = document.createElement("span");
  text.className = "text";
  text.textContent = label;
  const count = document.createElement("span");
  count.className = "count";
  count.hidden = true;
  launcher.setAttribute("aria-label", label);
  launcher.append(icon, text, count);
  root.append(launcher);

  let loading;
  const load = () => (loading ??= import(`${base}widget/panel.js`).then((module) => module.mount({ ...options, root, launcher, count })));
  const open = () => load().then((panel) => panel.open(), () => (loading = undefined));
  launcher.addEventListener("pointerenter", () => load().catch(() => (loading = undefined)), { once: true });
  launcher.addEventListener("click", open);
  window.kefu = { open, close: () => loading?.then((panel) => panel.close()) };

  const start = () => {
    document.body.append(host);
    // Storage may be forbidden here; then the chat just starts closed.
    try {
      if (sessionStorage.getItem("kefu.open")) load().then((panel) => panel.open({ quietly: true }));
      else if (localStorage.getItem("kefu.used")) load().then((panel) => panel.connect());
    } catch {}
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
