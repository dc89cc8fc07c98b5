// Elements from data: text always becomes a text node, never markup.

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

// An id that nothing else in the document has.
let made = 0;
export function fresh(name) {
  made += 1;
  return `${name}-${made}`;
}

const PALETTE = ["#2b7a78", "#8d5a97", "#c0632d", "#3a6ea5", "#7a8b2f", "#b0413e"];

export function avatar(user, size = "") {
  const face = h("span", { class: `avatar ${size} ${user.is_bot ? "avatar-bot" : ""}`, "aria-hidden": "true" });
  if (user.is_bot) {
    face.append(lips());
    return face;
  }
  const sum = [...user.id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  face.style.backgroundColor = user.id === "USLACKBOT" ? "#4a154b" : PALETTE[sum % PALETTE.length];
  face.textContent = user.id === "USLACKBOT" ? "#" : user.real_name.slice(0, 1).toUpperCase();
  return face;
}

function lips() {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "4 8 24 16");
  for (const [d, name] of [
    ["M6 16c4-6 7-6 10-3 3-3 6-3 10 3-4 6-7 7-10 7s-6-1-10-7z", "lips"],
    ["M7.5 16h17", "mouth"],
  ]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    drawing.append(path);
  }
  return drawing;
}
