// A menu beside what opened it: arrows walk, a letter jumps, Escape gives the focus back.

import { h } from "./dom.js";
import { float } from "./popup.js";

let shown = null;

// Each item is { label, note, isDanger, act }; pressing the opener once more closes the menu.
export function openMenu(opener, label, items) {
  const again = shown && shown.opener === opener;
  shown?.close(false);
  if (!again) shown = new Menu(opener, label, items);
}

class Menu {
  #node;
  #outside = (event) => {
    if (!this.#node.contains(event.target) && !this.opener.contains(event.target)) this.close(false);
  };

  constructor(opener, label, items) {
    this.opener = opener;
    this.#node = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" }, items.map((each) => this.#item(each)));
    this.#node.addEventListener("keydown", (event) => this.#key(event));
    opener.setAttribute("aria-expanded", "true");
    float(this.#node, opener);
    document.addEventListener("pointerdown", this.#outside, true);
    this.#items()[0]?.focus();
  }

  close(givesBack) {
    document.removeEventListener("pointerdown", this.#outside, true);
    this.#node.remove();
    this.opener.setAttribute("aria-expanded", "false");
    if (givesBack) this.opener.focus();
    shown = null;
  }

  #items() {
    return [...this.#node.children];
  }

  #item({ label, note, isDanger, act }) {
    const does = () => {
      this.close(true);
      act();
    };
    const kind = isDanger ? "menu-item danger" : "menu-item";
    const told = note ? h("span", { class: "menu-note" }, note) : null;
    return h("button", { type: "button", class: kind, role: "menuitem", tabindex: "-1", onclick: does }, h("span", {}, label), told);
  }

  #key(event) {
    const all = this.#items();
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.close(true);
    else if (next !== undefined) all[next].focus();
    else if (event.key.length === 1 && event.key !== " ") this.#jump(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #jump(letter, at) {
    const all = this.#items();
    const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    after.find((each) => each.textContent.toLowerCase().startsWith(letter.toLowerCase()))?.focus();
  }
}
