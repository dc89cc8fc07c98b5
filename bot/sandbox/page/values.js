// What is entered in an element: a text, or a list where several can be chosen; nothing is "" or [].

const MANY = /^(multi_|checkboxes$)/;
const STATELESS = ["button", "workflow_button", "overflow", "icon_button", "feedback_buttons", "image"];

export const holdsMany = (element) => MANY.test(element.type);
export const holdsNone = (element) => STATELESS.includes(element.type);
export const isEmpty = (value) => (Array.isArray(value) ? !value.length : !String(value ?? "").trim());

export function initialOf(element) {
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((each) => each.value);
  const [, value] = Object.entries(element).find(([name]) => name.startsWith("initial_")) || [];
  if (value === undefined) return holdsMany(element) ? [] : "";
  return Array.isArray(value) ? [...value] : String(value);
}

// The elements of a block that keep what is entered.
export function fieldsOf(block) {
  const all = [block.element, block.accessory, ...(block.type === "actions" ? block.elements : [])];
  return all.filter((each) => each?.action_id && !holdsNone(each));
}

export function optionsOf(element) {
  const groups = element.option_groups || [{ options: element.options || [] }];
  return groups.flatMap((group) => group.options.map((each) => ({ ...each, group: group.label?.text || "" })));
}

// Why this cannot be sent as it is; "" when it can.
export function mistakeIn(block, element, value) {
  if (isEmpty(value)) return block.optional ? "" : "This is needed.";
  if (element.min_length && value.length < element.min_length) return `At least ${element.min_length} characters are needed.`;
  if (element.type === "number_input") return wrongNumber(element, value);
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value)) return "This is not an e-mail address.";
  if (element.type === "url_text_input" && !URL.canParse(value)) return "This is not an address.";
  return "";
}

function wrongNumber(element, value) {
  const number = Number(value);
  if (!Number.isFinite(number)) return "This is not a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Only a whole number is taken.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `The least is ${element.min_value}.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `The most is ${element.max_value}.`;
  return "";
}
