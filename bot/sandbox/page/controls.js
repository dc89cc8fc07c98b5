// Things to enter something into: texts, numbers, moments, and one of several; each reports what it holds.

import { h } from "./dom.js";
import { boxes } from "./choices.js";
import { plain } from "./emoji.js";
import { picker } from "./picker.js";

// `given` is { value, change(value), enter(value), names }, where `names` are the attributes that name the control.
function line(kind) {
  return (_world, element, given) => {
    const limits = { maxlength: element.max_length, inputmode: kind === "number" ? "decimal" : null };
    const type = { url: "url", email: "email" }[kind] || "text";
    return entry(h("input", { type, class: "entry", autocomplete: "off", spellcheck: "false", ...limits, ...given.names }), element, given);
  };
}

function words(world, element, given) {
  if (!element.multiline) return line("text")(world, element, given);
  return entry(h("textarea", { class: "entry", rows: 4, maxlength: element.max_length, ...given.names }), element, given);
}

function entry(node, element, given) {
  node.value = given.value;
  if (element.placeholder) node.placeholder = plain(element.placeholder);
  node.addEventListener("input", () => given.change(node.value));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || (element.multiline && !event.metaKey && !event.ctrlKey)) return;
    if (given.enter?.(node.value)) event.preventDefault();
  });
  return node;
}

function moment(type) {
  return (_world, _element, given) => {
    const node = h("input", { type, class: "entry moment", ...given.names });
    node.value = type === "datetime-local" ? local(given.value) : given.value;
    node.addEventListener("change", () => given.change(type === "datetime-local" ? seconds(node.value) : node.value));
    return node;
  };
}

// Seconds since 1970, as the device's own clock shows them, and back.
function local(value) {
  if (!value) return "";
  const date = new Date(Number(value) * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const seconds = (value) => (value ? String(Math.floor(new Date(value).getTime() / 1000)) : "");

const CONTROLS = {
  plain_text_input: words, email_text_input: line("email"), url_text_input: line("url"), number_input: line("number"),
  static_select: picker, users_select: picker, conversations_select: picker, channels_select: picker,
  multi_static_select: picker, multi_users_select: picker, multi_conversations_select: picker, multi_channels_select: picker,
  radio_buttons: boxes, checkboxes: boxes,
  datepicker: moment("date"), timepicker: moment("time"), datetimepicker: moment("datetime-local"),
};

export function control(world, element, given) {
  const make = CONTROLS[element.type];
  if (make) return make(world, element, given);
  return h("span", { class: "unavailable", ...given.names }, plain(element.placeholder) || element.type.replaceAll("_", " "));
}
