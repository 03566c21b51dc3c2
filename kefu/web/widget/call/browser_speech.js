// One sentence through the browser's own speech recognition, where the operator allows it: the sound may leave for the
// browser's maker, so that is said, and agreed to, before anything is heard.
import { make } from "../make.js";
import { callWordsIn } from "./words.js";

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canHear = Boolean(Recognition);

// Resolves to what was said, or to nothing; `host` is as for a call.
export async function hearSentence(host, box) {
  const say = callWordsIn(host.language);
  if (!(await agreed(say, box))) return "";
  const recognition = new Recognition();
  Object.assign(recognition, { lang: host.language === "zh" ? "zh-CN" : "en-US", interimResults: true, maxAlternatives: 1 });
  const caption = make("p", { role: "status" }, say("listening"));
  const stop = make("button", { type: "button", on: { click: () => recognition.stop() } }, say("stop"));
  box.replaceChildren(caption, make("p", { class: "quiet" }, say("browser")), make("div", { class: "answers" }, stop));
  return new Promise((resolve, reject) => {
    let text = "";
    recognition.onresult = ({ results }) => {
      text = Array.from(results, ([best]) => best.transcript).join("");
      caption.textContent = text;
    };
    recognition.onerror = ({ error }) => {
      const name = { "not-allowed": "NotAllowedError", "audio-capture": "NotFoundError" }[error] ?? "unheard";
      reject(new Error(say(name)));
    };
    recognition.onend = () => resolve(text.trim());
    recognition.start();
  });
}

function agreed(say, box) {
  return new Promise((resolve) => {
    const answer = (name, yes, main) => make("button", { type: "button", class: main, on: { click: () => resolve(yes) } }, say(name));
    box.replaceChildren(make("p", { class: "quiet", role: "alert" }, say("browser")), make("div", { class: "answers" }, answer("go", true, "main"), answer("cancel", false, "")));
    box.hidden = false;
    box.querySelector("button").focus();
  });
}
