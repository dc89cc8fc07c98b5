// One or several of many: typing filters, arrows and Enter choose; of several, each that is chosen stands as a token.

import { fresh, h } from "./dom.js";
import { plain } from "./emoji.js";
import { icon } from "./icons.js";
import { known } from "./known.js";
import { fit, float, place } from "./popup.js";
import { holdsMany, optionsOf } from "./values.js";

const MOST = 100;

export function picker(world, element, given) {
  return new Picker(known(world, element) || optionsOf(element), element, given).node;
}

class Picker {
  #all;
  #isMany;
  #most;
  #given;
  #chosen;
  #isFiltered = false; // since the list was opened, something was typed
  #at = -1;
  #input;
  #list;
  #moving;
  #tokens = h("span", { class: "tokens" });

  constructor(all, element, given) {
    this.#all = all;
    this.#isMany = holdsMany(element);
    this.#most = element.max_selected_items || Infinity;
    this.#given = given;
    this.#chosen = [given.value].flat().filter(Boolean);
    const list = fresh("choices");
    const says = { role: "combobox", "aria-expanded": "false", "aria-controls": list, "aria-autocomplete": "list" };
    const hint = plain(element.placeholder) || (this.#isMany ? "Choose some" : "Choose one");
    this.#input = h("input", { type: "text", class: "picker-input", autocomplete: "off", spellcheck: "false", ...says, ...given.names });
    this.#input.dataset.field = given.key;
    this.#input.dataset.hint = hint;
    this.#list = h("ul", { id: list, class: "menu choices", role: "listbox", "aria-label": hint, popover: "manual" });
    const click = () => {
      this.#input.focus();
      this.#open();
    };
    this.node = h("div", { class: `entry picker ${this.#isMany ? "picker-many" : "picker-one"}`, onclick: click }, this.#tokens, this.#input, this.#list);
    this.#listen();
    this.#rest();
  }

  #listen() {
    this.#input.addEventListener("input", () => {
      this.#isFiltered = true;
      this.#at = 0;
      this.#open();
    });
    this.#input.addEventListener("blur", () => this.#leave());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    this.#list.addEventListener("click", (event) => event.stopPropagation());
  }

  // As it stands while nobody chooses.
  #rest() {
    this.#isFiltered = false;
    this.#input.value = this.#isMany ? "" : this.#chosen.map((each) => this.#label(each)).join("");
    this.#input.placeholder = this.#isMany && this.#chosen.length ? "" : this.#input.dataset.hint;
    if (this.#isMany) this.#tokens.replaceChildren(...this.#chosen.map((value) => this.#token(value)));
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
    const typed = this.#isFiltered ? this.#input.value.trim().toLowerCase().replace(/^[@#]/, "") : "";
    const fits = (each) => `${plain(each.text)} ${each.note || ""}`.toLowerCase().includes(typed);
    const isFree = (each) => !this.#isMany || !this.#chosen.includes(each.value);
    return this.#all.filter((each) => isFree(each) && fits(each)).slice(0, MOST);
  }

  #open() {
    const isFull = this.#isMany && this.#chosen.length >= this.#most;
    const all = isFull ? [] : this.#offered();
    if (this.#at < 0) this.#at = Math.max(all.findIndex((each) => this.#chosen.includes(each.value)), 0);
    this.#at = Math.min(this.#at, all.length - 1);
    const none = h("li", { class: "none", role: "presentation" }, isFull ? `At most ${this.#most} can be chosen.` : "Nothing fits.");
    this.#list.replaceChildren(...(all.length ? this.#lines(all) : [none]));
    if (!this.#isOpen()) this.#show();
    fit(this.#list, this.node);
    place(this.#list, this.node);
    this.#input.setAttribute("aria-expanded", "true");
    const now = this.#options()[this.#at];
    if (now) this.#input.setAttribute("aria-activedescendant", now.id);
    else this.#input.removeAttribute("aria-activedescendant");
    now?.scrollIntoView({ block: "nearest" });
  }

  #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  // Options in their groups.
  #lines(all) {
    return all.flatMap((each, index) => {
      const isFirst = each.group && each.group !== all[index - 1]?.group;
      const heading = isFirst ? [h("li", { class: "choices-group", role: "presentation" }, each.group)] : [];
      return [...heading, this.#choice(each, index)];
    });
  }

  #choice(option, index) {
    const isChosen = this.#chosen.includes(option.value);
    const says = option.description ? h("span", { class: "menu-says" }, plain(option.description)) : null;
    const about = { id: `${this.#list.id}-${index}`, role: "option", "aria-selected": String(isChosen) };
    const node = h(
      "li", { class: `menu-item${index === this.#at ? " active" : ""}`, ...about, onclick: () => this.#take(option.value) },
      h("span", { class: "menu-text" }, plain(option.text), says),
      isChosen ? icon("tick") : option.note ? h("span", { class: "menu-note" }, option.note) : null,
    );
    node.dataset.value = option.value;
    return node;
  }

  // Choose it; one of several that is chosen is not any more.
  #take(value) {
    const isIn = this.#chosen.includes(value);
    if (this.#isMany) this.#chosen = isIn ? this.#chosen.filter((each) => each !== value) : [...this.#chosen, value];
    else this.#chosen = [value];
    this.#rest();
    this.#at = -1;
    if (!this.#isMany) this.#close();
    else if (this.#isOpen()) this.#open();
    this.#given.change(this.#isMany ? [...this.#chosen] : value);
  }

  // The list stays at its box while what is behind it moves.
  #show() {
    float(this.#list, this.node);
    if (!this.#isMany && !this.#isFiltered) this.#input.select(); // so that typing looks for another one
    this.#moving = new AbortController();
    const about = { capture: true, passive: true, signal: this.#moving.signal };
    addEventListener("scroll", (event) => event.target !== this.#list && place(this.#list, this.node), about);
  }

  // What was typed only to find something goes with the focus; one choice that need not be made can be wiped out.
  #leave() {
    const isWiped = !this.#isMany && this.#given.isOptional && this.#chosen.length > 0 && !this.#input.value.trim();
    if (isWiped) this.#chosen = [];
    this.#close();
    this.#rest();
    if (isWiped) this.#given.change("");
  }

  #close() {
    if (!this.#isOpen()) return false;
    this.#moving.abort();
    this.#list.hidePopover();
    this.#at = -1;
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
      Backspace: () => this.#isMany && !this.#input.value && this.#chosen.length > 0 && this.#take(this.#chosen.at(-1)) !== false,
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  #move(step) {
    const many = Math.max(this.#options().length, 1);
    if (this.#isOpen()) this.#at = (this.#at + step + many) % many;
    this.#open();
  }

  // Enter never sends the form from here; with the list open it chooses.
  #enter() {
    const now = this.#options()[this.#at];
    if (this.#isOpen() && now) this.#take(now.dataset.value);
    else this.#open();
  }
}
