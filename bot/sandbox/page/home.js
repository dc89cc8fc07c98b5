// The app's own place: its Home tab, and the Messages with it.

import { byId, h } from "./dom.js";
import { ViewForm } from "./form.js";

export const TABS = ["home", "messages"];

export class Home {
  #into = byId("home");
  #form = null;
  #shown = null;
  #world;
  #touch;

  // `touch(view, values, block, element, value)` tells the app.
  constructor(world, touch) {
    this.#world = world;
    this.#touch = touch;
  }

  // What the app published for this person; null as long as there is nothing.
  show(view) {
    if (!view) return this.#wait();
    const whose = `${view.id}`;
    if (this.#shown !== whose) this.#begin(whose);
    this.#form.show(view);
    this.view = view;
  }

  #begin(whose) {
    this.#shown = whose;
    const inside = h("div", { class: "home-blocks" });
    this.#into.replaceChildren(inside);
    this.#form = new ViewForm(this.#world, inside, (block, element, value) => this.#touch(this.view, this.#form.values(), block, element, value));
  }

  #wait() {
    if (this.#shown === "") return;
    this.#shown = "";
    this.#into.replaceChildren(h("div", { class: "home-empty" }, h("h3", {}, "Home"), h("p", {}, "The app has not shown anything here yet.")));
  }
}

// The tabs of the app's place; arrows go from one to the other.
export function drawTabs(world) {
  const list = byId("tabs");
  const isApp = world.hasHome && world.isApp(world.place);
  list.hidden = !isApp;
  if (!isApp) return list.replaceChildren();
  const held = list.contains(document.activeElement);
  list.replaceChildren(...TABS.map((name) => tab(world, name)));
  if (held) list.querySelector("[aria-selected=true]").focus();
}

function tab(world, name) {
  const isOn = world.tab === name;
  const label = name[0].toUpperCase() + name.slice(1);
  const panel = name === "home" ? "home" : "log";
  const about = { id: `tab-${name}`, role: "tab", "aria-selected": String(isOn), "aria-controls": panel, tabindex: isOn ? "0" : "-1" };
  const other = TABS.find((each) => each !== name);
  return h("button", { type: "button", class: "tab", ...about, onclick: () => world.open(world.place, name, true), onkeydown: (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    world.open(world.place, other, true);
  } }, label);
}
