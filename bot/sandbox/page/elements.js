// Things to press and choose in a message; `press(element, value)` tells the bot.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";

const plain = (text) => (text ? text.text.replace(/:([a-z0-9_+-]+):/g, (_all, name) => emoji(name)) : "");

function button(element, press) {
  const style = element.style ? ` ${element.style}` : "";
  const label = element.accessibility_label || null;
  const node = h("button", { type: "button", class: `button${style}`, "aria-label": label }, plain(element.text));
  node.dataset.action = element.action_id || "";
  node.addEventListener("click", () => {
    if (element.url) window.open(element.url, "_blank", "noopener,noreferrer");
    press(element);
  });
  return node;
}

function select(element, press) {
  const groups = element.option_groups || [{ options: element.options || [] }];
  const first = h("option", { value: "", disabled: true, selected: true }, plain(element.placeholder) || "…");
  const choices = groups.map((group) => {
    const options = group.options.map((each) => h("option", { value: each.value }, plain(each.text)));
    return group.label ? h("optgroup", { label: plain(group.label) }, options) : options;
  });
  const name = plain(element.placeholder) || "Choose";
  return h("select", { class: "button", "aria-label": name, onchange: (event) => press(element, event.target.value) }, first, choices);
}

function feedback(element, press) {
  return [element.positive_button, element.negative_button].map((each) =>
    h("button", { type: "button", class: "button", onclick: () => press(element, each.value) }, plain(each.text)),
  );
}

const ELEMENTS = {
  button, workflow_button: button, icon_button: button,
  static_select: select, overflow: select, radio_buttons: select,
  feedback_buttons: feedback,
};

export function interactive(element, press) {
  const make = ELEMENTS[element.type];
  if (make) return make(element, press);
  return h("span", { class: "unavailable" }, plain(element.placeholder) || element.type.replaceAll("_", " "));
}

export function image(element) {
  const label = element.alt_text || "image";
  return h("span", { class: "image", role: "img", "aria-label": label }, `🖼 ${label}`);
}
