// Small drawings in the colour of the text around them.

const SPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  reply: "M4.5 3.5h11a1.5 1.5 0 0 1 1.5 1.5v6.5a1.5 1.5 0 0 1-1.5 1.5H9.2L5.5 16.3V13h-1A1.5 1.5 0 0 1 3 11.5V5a1.5 1.5 0 0 1 1.5-1.5z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  plus: "M10 4v12M4 10h12",
  remove: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  back: "M12 4.5 6.5 10l5.5 5.5",
  bolt: "M11 2.5 4.5 11.5h5L9 17.5l6.5-9h-5z",
  bell: "M10 3a4.5 4.5 0 0 0-4.5 4.5v3.2L3.8 13.5h12.4l-1.7-2.8V7.5A4.5 4.5 0 0 0 10 3zM8.2 15.8a1.9 1.9 0 0 0 3.6 0",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9.2v4.3M10 6.5v.01",
  warning: "M10 3.2 17.5 16.3h-15zM10 8.2v4M10 14.2v.01",
  tick: "M4.5 10.5 8.5 14.5 15.5 6",
};

export function icon(name) {
  const drawing = document.createElementNS(SPACE, "svg");
  const path = document.createElementNS(SPACE, "path");
  drawing.setAttribute("viewBox", "0 0 20 20");
  drawing.setAttribute("class", `icon icon-${name}`);
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}
