// Things to press and choose in a block. `does` tells the bot: press(element, value), and keeps what was entered.

import { h } from "./dom.js";
import { control } from "./controls.js";
import { emoji, plain } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { initialOf } from "./values.js";

function button(element, does) {
  const style = element.style ? ` ${element.style}` : "";
  const label = element.accessibility_label || null;
  const node = h("button", { type: "button", class: `button${style}`, "aria-label": label }, plain(element.text));
  node.dataset.action = element.action_id || "";
  node.addEventListener("click", () => {
    if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
    does.press(element);
  });
  return node;
}

function overflow(element, does) {
  const node = h("button", { type: "button", class: "button icon-only", "aria-label": "More choices", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  const choose = (option) => () => {
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    does.press(element, option.value);
  };
  const items = element.options.map((each) => ({ label: plain(each.text), note: plain(each.description), act: choose(each) }));
  node.addEventListener("click", () => openMenu(node, "More choices", items));
  node.dataset.action = element.action_id || "";
  return node;
}

function feedback(element, does) {
  return [element.positive_button, element.negative_button].map((each) =>
    h("button", { type: "button", class: "button", onclick: () => does.press(element, each.value) }, plain(each.text)),
  );
}

function drawn(element, does) {
  const label = element.accessibility_label || plain(element.text);
  return h("button", { type: "button", class: "button", "aria-label": label, onclick: () => does.press(element) }, emoji(element.icon));
}

const PRESSED = { button, workflow_button: button, icon_button: drawn, overflow, feedback_buttons: feedback };

export function interactive(world, element, does) {
  const make = PRESSED[element.type];
  if (make) return make(element, does);
  const change = (value) => {
    does.keep?.(element, value);
    does.press(element, value);
  };
  const key = does.key?.(element) || element.action_id;
  const names = { "aria-label": plain(element.placeholder) || "Choose" };
  return field(control(world, element, { value: does.kept?.(element) ?? initialOf(element), change, names, key }), key);
}

// So that what is drawn anew can find the focus again.
export function field(node, key) {
  if (node.matches("input, textarea, select")) node.dataset.field = key;
  return node;
}

export function image(element) {
  const label = element.alt_text || "image";
  return h("span", { class: "image", role: "img", "aria-label": label }, `🖼 ${label}`);
}
