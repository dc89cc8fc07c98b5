// One modal: its title, what is in the way, its blocks, and the buttons that send it or put it away.

import { avatar, fresh, h } from "./dom.js";
import { plain } from "./emoji.js";
import { ViewForm } from "./form.js";

export class Frame {
  titleId = fresh("title");
  isBusy = false;
  isTaken = false; // what was sent is taken: the view changes or goes away in a moment
  view = null;
  #head = h("header", { class: "modal-head" });
  #body = h("div", { class: "modal-body" });
  #foot = h("footer", { class: "modal-foot" });
  #trouble = h("div", { class: "modal-trouble", role: "alert" });
  #news = h("div", { class: "unseen", role: "status" });
  #world;
  #does;

  // `does` has press(frame, block, element, value), submit(frame) and close(frame).
  constructor(world, does) {
    this.#world = world;
    this.#does = does;
    this.form = new ViewForm(world, this.#body, (...about) => does.press(this, ...about));
    const submit = (event) => {
      event.preventDefault();
      if (!this.isBusy && this.view.submit) does.submit(this);
    };
    this.node = h("form", { class: "modal-form", novalidate: true, onsubmit: submit }, this.#head, this.#trouble, this.#body, this.#news, this.#foot);
  }

  // Draw a view, or what it has become; `isOnOthers` when there is one below to go back to.
  show(view, isOnOthers = false) {
    this.view = view;
    this.say("");
    this.#news.textContent = this.form.show(view).join(" ");
    const close = () => this.#does.close(this);
    const cross = h("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "×");
    const bot = this.#world.users.get(this.#world.bot);
    this.#keepingFocus(() => {
      this.#head.replaceChildren(avatar(bot, "small"), h("h2", { id: this.titleId }, plain(view.title)), cross);
      this.#foot.replaceChildren(
        h("button", { type: "button", class: "button large", onclick: close }, plain(view.close) || (isOnOthers ? "Back" : "Close")),
        ...(view.submit ? [h("button", { type: "submit", class: "button large primary" }, plain(view.submit))] : []),
      );
    });
    this.busy(this.isBusy && !this.isTaken);
  }

  // Why something did not work; "" when nothing is in the way.
  say(trouble) {
    this.#trouble.textContent = trouble;
  }

  // While it is sent, nothing is sent twice; the focus stays on the button.
  busy(isBusy) {
    this.isBusy = isBusy;
    this.isTaken = false;
    this.node.setAttribute("aria-busy", String(isBusy));
    this.#foot.querySelector("[type=submit]")?.setAttribute("aria-disabled", String(isBusy));
  }

  focus() {
    if (!this.form.focus()) this.#foot.lastChild.focus();
  }

  #keepingFocus(draw) {
    const buttons = () => [...this.#head.querySelectorAll("button"), ...this.#foot.querySelectorAll("button")];
    const at = buttons().indexOf(document.activeElement);
    draw();
    if (at >= 0) (buttons()[at] || buttons().at(-1)).focus();
  }
}
