// An input block: its label, the control, a hint, and why what was entered is not taken.

import { fresh, h } from "./dom.js";
import { control } from "./controls.js";
import { field } from "./elements.js";
import { plain } from "./emoji.js";
import { initialOf } from "./values.js";

const PAUSE_MS = 350; // of the typing, before the bot is told of what was typed

export function input(world, block, does) {
  const { element } = block;
  const [control_, label, hint, mistake] = ["control", "label", "hint", "mistake"].map(fresh);
  const isGroup = ["radio_buttons", "checkboxes"].includes(element.type);
  const described = block.hint ? `${hint} ${mistake}` : mistake;
  const names = { ...(isGroup ? { "aria-labelledby": label } : { id: control_ }), "aria-describedby": described };
  const key = does.key?.(element) || element.action_id;
  const given = { value: does.kept?.(element) ?? initialOf(element), isOptional: block.optional, names, key, ...dispatched(block, does) };
  const name = [plain(block.label), block.optional ? h("span", { class: "optional" }, "(optional)") : null];
  return h(
    "div", { class: "field-row" },
    isGroup ? h("div", { id: label, class: "field-label" }, name) : h("label", { id: label, class: "field-label", for: control_ }, name),
    field(control(world, element, given), key),
    block.hint ? h("p", { id: hint, class: "field-hint" }, plain(block.hint)) : null,
    h("p", { id: mistake, class: "mistake" }),
  );
}

// When the bot is told while one still enters: at once for a choice, for a text as its element says.
function dispatched(block, does) {
  const { element } = block;
  const isText = element.type.endsWith("_input");
  const moments = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  const asTyped = isText ? moments.includes("on_character_entered") : true;
  const byEnter = Boolean(block.dispatch_action && isText && moments.includes("on_enter_pressed"));
  let later = null;
  const tell = (value) => {
    clearTimeout(later);
    does.press(element, value);
  };
  const change = (value) => {
    does.keep?.(element, value);
    if (!block.dispatch_action || !asTyped) return;
    clearTimeout(later);
    if (isText) later = setTimeout(() => tell(value), PAUSE_MS);
    else tell(value);
  };
  return { change, enter: (value) => byEnter && (tell(value), true) };
}
