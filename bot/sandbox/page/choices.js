// Radio buttons and check boxes, each with its text and what it means.

import { fresh, h } from "./dom.js";
import { plain } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { holdsMany } from "./values.js";

export function boxes(world, element, given) {
  const isMany = holdsMany(element);
  const held = new Set(isMany ? given.value : [given.value]);
  const name = fresh("choice");
  const change = (value, isOn) => {
    if (!isMany) return given.change(value);
    isOn ? held.add(value) : held.delete(value);
    return given.change(element.options.map((each) => each.value).filter((each) => held.has(each)));
  };
  const role = isMany ? "group" : "radiogroup";
  const all = element.options.map((each, index) => box(world, each, { isMany, name, isOn: held.has(each.value), change, key: `${given.key}/${index}` }));
  return h("div", { class: "boxes", role, ...given.names }, all);
}

function box(world, option, { isMany, name, isOn, change, key }) {
  const says = fresh("says");
  const about = option.description ? { "aria-describedby": says } : {};
  const input = h("input", { type: isMany ? "checkbox" : "radio", name, checked: isOn, ...about, onchange: () => change(option.value, input.checked) });
  input.dataset.field = key;
  return h(
    "div", { class: "choice-row" },
    h("label", {}, input, h("span", {}, option.text.type === "mrkdwn" ? mrkdwn(world, option.text.text) : plain(option.text))),
    option.description ? h("p", { id: says, class: "choice-says" }, plain(option.description)) : null,
  );
}
