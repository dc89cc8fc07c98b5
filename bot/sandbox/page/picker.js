// Several of many: what is chosen stands as tokens in the box; typing filters, arrows and Enter choose.

import { fresh, h } from "./dom.js";
import { plain } from "./emoji.js";
import { icon } from "./icons.js";
import { known } from "./known.js";
import { fit, float, place } from "./popup.js";
import { optionsOf } from "./values.js";

const MOST = 50;

export function picker(world, element, given) {
  return new Picker(known(world, element) || optionsOf(element), element, given).node;
}

class Picker {
  #all;
  #most;
  #given;
  #chosen;
  #at = -1;
  #input;
  #list;
  #moving;
  #tokens = h("span", { class: "tokens" });

  constructor(all, element, given) {
    this.#all = all;
    this.#most = element.max_selected_items || Infinity;
    this.#given = given;
    this.#chosen = [...given.value];
    const list = fresh("choices");
    const says = { role: "combobox", "aria-expanded": "false", "aria-controls": list, "aria-autocomplete": "list" };
    this.#input = h("input", { type: "text", class: "picker-input", autocomplete: "off", spellcheck: "false", ...says, ...given.names });
    this.#input.dataset.field = given.key;
    this.#input.dataset.hint = plain(element.placeholder) || "Choose some";
    this.#list = h("ul", { id: list, class: "menu choices", role: "listbox", "aria-label": this.#input.dataset.hint, popover: "manual" });
    this.node = h("div", { class: "entry picker", onclick: () => this.#input.focus() }, this.#tokens, this.#input, this.#list);
    this.#input.addEventListener("input", () => this.#open());
    this.#input.addEventListener("click", () => this.#open());
    this.#input.addEventListener("blur", () => this.#leave());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#drawTokens();
  }

  #drawTokens() {
    this.#tokens.replaceChildren(...this.#chosen.map((value) => this.#token(value)));
    this.#input.placeholder = this.#chosen.length ? "" : this.#input.dataset.hint;
  }

  #token(value) {
    const label = this.#label(value);
    const remove = (event) => {
      event.stopPropagation();
      this.#take(value);
      this.#input.focus();
    };
    return h("span", { class: "token" }, label, h("button", { type: "button", class: "token-remove", "aria-label": `Remove ${label}`, onclick: remove }, icon("remove")));
  }

  #label(value) {
    const found = this.#all.find((each) => each.value === value);
    return found ? plain(found.text) : value;
  }

  #isOpen() {
    return this.#input.getAttribute("aria-expanded") === "true";
  }

  #offered() {
    const typed = this.#input.value.trim().toLowerCase().replace(/^[@#]/, "");
    const fits = (each) => `${plain(each.text)} ${each.note || ""}`.toLowerCase().includes(typed);
    return this.#all.filter((each) => !this.#chosen.includes(each.value) && fits(each)).slice(0, MOST);
  }

  #open() {
    const isFull = this.#chosen.length >= this.#most;
    const all = isFull ? [] : this.#offered();
    this.#at = all.length ? Math.min(Math.max(this.#at, 0), all.length - 1) : -1;
    const none = h("li", { class: "none", role: "presentation" }, isFull ? `At most ${this.#most} can be chosen.` : "Nothing fits.");
    this.#list.replaceChildren(...(all.length ? all.map((each, index) => this.#choice(each, index)) : [none]));
    if (!this.#isOpen()) this.#show();
    fit(this.#list, this.node);
    place(this.#list, this.node);
    this.#input.setAttribute("aria-expanded", "true");
    if (this.#at < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", this.#list.children[this.#at].id);
    this.#list.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #choice(option, index) {
    const node = h(
      "li", { id: `${this.#list.id}-${index}`, class: "menu-item", role: "option", "aria-selected": String(index === this.#at) },
      h("span", {}, plain(option.text)), option.note ? h("span", { class: "menu-note" }, option.note) : null,
    );
    node.dataset.value = option.value;
    node.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the box keeps the focus
      this.#take(option.value);
    });
    return node;
  }

  // Choose it, or not any more.
  #take(value) {
    const isIn = this.#chosen.includes(value);
    this.#chosen = isIn ? this.#chosen.filter((each) => each !== value) : [...this.#chosen, value];
    this.#input.value = "";
    this.#at = -1;
    this.#drawTokens();
    if (this.#isOpen()) this.#open();
    this.#given.change([...this.#chosen]);
  }

  // The list stays at its box while what is behind it moves.
  #show() {
    float(this.#list, this.node);
    this.#moving = new AbortController();
    const about = { capture: true, passive: true, signal: this.#moving.signal };
    addEventListener("scroll", (event) => event.target !== this.#list && place(this.#list, this.node), about);
  }

  // What was typed only to find something goes with the focus.
  #leave() {
    this.#close();
    this.#input.value = "";
  }

  #close() {
    if (!this.#isOpen()) return false;
    this.#moving.abort();
    this.#list.hidePopover();
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    return true;
  }

  #key(event) {
    if (event.isComposing) return;
    const act = {
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      Enter: () => this.#enter(),
      Escape: () => this.#close(),
      Backspace: () => !this.#input.value && this.#chosen.length > 0 && this.#take(this.#chosen.at(-1)) !== false,
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  #move(step) {
    const many = Math.max(this.#list.querySelectorAll("[role=option]").length, 1);
    this.#at = this.#isOpen() ? (this.#at + step + many) % many : 0;
    this.#open();
  }

  // Enter never sends the form from here; with the list open it chooses.
  #enter() {
    const chosen = this.#list.children[this.#at];
    if (this.#isOpen() && chosen?.dataset.value) this.#take(chosen.dataset.value);
    else this.#open();
  }
}
