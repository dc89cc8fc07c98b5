// The blocks of a view, drawn anew in place: what was entered stays where block and action kept their ids.

import { drawBlock } from "./blocks.js";
import { Rows } from "./rows.js";
import { fieldsOf, initialOf, mistakeIn } from "./values.js";

export class ViewForm {
  #world;
  #does;
  #rows;
  #entered = new Map(); // block id / action id → what is entered, and in which type of element
  #view = null;

  // `press(block, element, value)` tells the bot.
  constructor(world, into, press) {
    this.#world = world;
    this.#rows = new Rows(into);
    this.#does = { press, keep: (...about) => this.#keep(...about), kept: (...about) => this.#kept(...about), key };
  }

  // Draw a view, or what it has become; the texts that changed, so that they can be told to who does not see them.
  show(view) {
    this.#view = view;
    return this.#rows.show(view.blocks.map((block) => this.#row(block))).filter((node) => !node.querySelector(".field-row")).map((node) => node.textContent);
  }

  // What is entered in its fields: block id → value.
  values() {
    return Object.fromEntries(this.#inputs().map((block) => [block.block_id, this.#kept(block, block.element)]));
  }

  // What the page itself can see to be wrong: block id → why.
  mistakes() {
    const found = this.#inputs().map((block) => [block.block_id, mistakeIn(block, block.element, this.#kept(block, block.element))]);
    return Object.fromEntries(found.filter(([, why]) => why));
  }

  // Show why at each of these blocks and nowhere else, and go to the first; those that have no place are given back.
  complain(mistakes) {
    let first = null;
    for (const block of this.#inputs()) {
      const node = this.#rows.node(block.block_id);
      const why = Object.hasOwn(mistakes, block.block_id) ? mistakes[block.block_id] : "";
      mark(node, why);
      if (why && !first) first = node;
    }
    if (first) focusable(first)?.focus();
    const placed = new Set(this.#inputs().map((block) => block.block_id));
    return Object.entries(mistakes).filter(([id]) => !placed.has(id)).map(([, why]) => why);
  }

  // Go to what asks for it, else to the first thing to enter; false when there is none.
  focus() {
    const fields = this.#view.blocks.flatMap((block) => fieldsOf(block).map((each) => [block, each]));
    const [block] = fields.find(([, each]) => each.focus_on_load) || fields[0] || [];
    const node = block && focusable(this.#rows.node(block.block_id));
    node?.focus();
    return Boolean(node);
  }

  #inputs() {
    return this.#view.blocks.filter((block) => block.type === "input");
  }

  #row(block) {
    for (const each of fieldsOf(block)) this.#begin(block, each);
    return { key: block.block_id, depends: JSON.stringify(block), draw: () => drawBlock(this.#world, block, this.#does) };
  }

  #begin(block, element) {
    if (this.#entered.get(key(block, element))?.type === element.type) return;
    const here = element.default_to_current_conversation ? this.#world.place : "";
    this.#entered.set(key(block, element), { type: element.type, value: initialOf(element) || here });
  }

  #keep(block, element, value) {
    this.#entered.set(key(block, element), { type: element.type, value });
    const node = this.#rows.node(block.block_id);
    if (node && block.type === "input") mark(node, "");
  }

  #kept(block, element) {
    return this.#entered.get(key(block, element))?.value;
  }
}

const key = (block, element) => `${block.block_id}/${element.action_id}`;
const FOCUSABLE = ["input:checked", "input, textarea, select", "button"];
const focusable = (node) => FOCUSABLE.map((each) => node.querySelector(each)).find(Boolean);

function mark(node, why) {
  node.querySelector(".mistake").textContent = why;
  node.classList.toggle("mistaken", Boolean(why));
  const control = node.querySelector("[aria-describedby]");
  if (why) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}
