// How it went: five scores and a comment, asked inside the thread.
import { make } from "./make.js";

const SCORES = [1, 2, 3, 4, 5];

export class Rating {
  // `rate` sends {score, comment} and fails when it did not get through.
  constructor(say, rate) {
    this.say = say;
    this.rate = rate;
    const name = make("span", { class: "quiet", "aria-hidden": "true" });
    const scores = SCORES.map((score) => {
      const input = make("input", { type: "radio", name: "score", value: score, required: true, class: "hidden" });
      input.addEventListener("change", () => {
        name.textContent = say(`score${score}`);
        this.more.hidden = false;
        this.box.scrollIntoView({ block: "nearest" });
      });
      return make("label", { class: "score" }, input, make("span", { "aria-hidden": "true" }, score), make("span", { class: "hidden" }, `${score}, ${say(`score${score}`)}`));
    });
    this.comment = make("textarea", { rows: "2", maxlength: 2000, placeholder: say("comment"), "aria-label": say("comment") });
    this.status = make("span", { role: "status" });
    this.more = make("div", { hidden: true }, this.comment, make("button", { type: "submit" }, say("send")), this.status);
    const fields = make("fieldset", {}, make("legend", {}, say("rating_asked")), make("div", { class: "scores" }, ...scores, name));
    this.box = make("form", { class: "rating" }, fields, this.more);
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  done() {
    this.box.remove();
  }

  async #send() {
    const score = Number(new FormData(this.box).get("score"));
    this.status.textContent = this.say("sending");
    try {
      await this.rate({ score, comment: this.comment.value.trim() });
    } catch (error) {
      this.status.textContent = `${this.say("failed")} ${error.message ?? ""}`;
    }
  }
}
