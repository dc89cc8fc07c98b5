// A box to write in: Enter sends, ArrowUp brings back what was sent, Tab completes.

import { h } from "./dom.js";
import { completions } from "./complete.js";

export class Composer {
  #send;
  #about;
  #history = [];
  #at = 0;
  #shown = [];
  #chosen = -1;
  #input;
  #list;
  #button;

  // `about()` tells what can be completed here; in a box that can be left, Escape without suggestions goes on to the page.
  constructor(form, send, about) {
    this.#send = send;
    this.#about = about;
    this.#input = form.querySelector("textarea");
    this.#list = form.querySelector(".offers");
    this.#button = form.querySelector(".send");
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#hide());
    form.addEventListener("submit", (event) => this.#submit(event));
  }

  focus() {
    this.#input.focus();
  }

  get text() {
    return this.#input.value;
  }

  put(text) {
    this.#input.value = text;
    this.#input.focus();
    this.#input.setSelectionRange(text.length, text.length);
    this.#changed();
  }

  #submit(event) {
    event?.preventDefault();
    const text = this.#input.value.trim();
    if (!text) return;
    if (this.#history[this.#history.length - 1] !== text) this.#history.push(text);
    this.#at = this.#history.length;
    this.put("");
    this.#send(text);
  }

  #changed() {
    this.#button.disabled = !this.#input.value.trim();
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 160)}px`;
    this.#shown = completions(this.#input.value, this.#about());
    this.#chosen = -1;
    this.#draw();
  }

  #key(event) {
    if (event.isComposing) return;
    const act = {
      Enter: () => (event.shiftKey ? false : this.#enter()),
      Tab: () => !event.shiftKey && this.#take(Math.max(this.#chosen, 0)),
      Escape: () => (this.#shown.length || !this.#about().canLeave ? this.#hide() : false),
      ArrowUp: () => this.#up(),
      ArrowDown: () => this.#down(),
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  #enter() {
    if (this.#chosen >= 0) return this.#take(this.#chosen);
    this.#submit();
    return true;
  }

  #take(index) {
    if (!this.#shown[index]) return false;
    const [text, , , act] = this.#shown[index];
    this.put(text);
    act?.();
    return true;
  }

  #up() {
    if (this.#shown.length && !this.#recalling()) return this.#move(-1);
    if (this.#input.value && !this.#recalling()) return false;
    return this.#recall(-1);
  }

  #down() {
    if (this.#recalling()) return this.#recall(1);
    return this.#shown.length ? this.#move(1) : false;
  }

  #recalling() {
    return this.#at < this.#history.length && this.#input.value === this.#history[this.#at];
  }

  #recall(step) {
    const at = this.#at + step;
    if (at < 0 || at > this.#history.length) return false;
    this.#at = at;
    this.put(this.#history[at] || "");
    this.#hide();
    return true;
  }

  #move(step) {
    const many = this.#shown.length;
    this.#chosen = this.#chosen < 0 && step < 0 ? many - 1 : (this.#chosen + step + many) % many;
    this.#draw();
    return true;
  }

  #hide() {
    this.#shown = [];
    this.#chosen = -1;
    this.#draw();
  }

  #draw() {
    this.#list.hidden = !this.#shown.length;
    this.#input.setAttribute("aria-expanded", String(Boolean(this.#shown.length)));
    this.#list.replaceChildren(...this.#shown.map((each, index) => this.#choice(each, index)));
    if (this.#chosen < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", this.#list.children[this.#chosen].id);
  }

  #choice([, word, says], index) {
    const chosen = index === this.#chosen;
    const node = h(
      "li", { id: `${this.#input.id}-offer-${index}`, role: "option", "aria-selected": String(chosen) },
      h("span", { class: "offer-word" }, word), h("span", { class: "offer-says" }, says),
    );
    // Before the box loses the focus, which hides the list.
    node.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.#take(index);
    });
    return node;
  }
}
