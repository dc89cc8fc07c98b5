// The pane beside the messages: a thread, or what can be done to the world. Escape closes it.

import { byId, h } from "./dom.js";

export class Beside {
  what = null;
  #opener = () => null;
  #closed;

  constructor(closed) {
    this.#closed = closed;
    byId("beside-close").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => {
      const isInDialog = Boolean(event.target.closest?.("dialog"));
      if (event.key === "Escape" && !event.defaultPrevented && this.what && !isInDialog) this.close();
    });
  }

  // `what` names the content, so that it can be drawn anew while it is open.
  open(what, title) {
    this.#opener = whereabouts(document.activeElement);
    this.what = what;
    byId("beside-title").textContent = title;
    byId("beside-body").replaceChildren();
    byId("beside").hidden = false;
    document.body.classList.add("with-beside");
    byId("beside-close").focus();
  }

  close() {
    this.what = null;
    byId("beside").hidden = true;
    document.body.classList.remove("with-beside");
    this.#closed(); // it draws anew, so the focus comes after it
    (this.#opener() || byId("input"))?.focus();
  }
}

// A way back to something that may be drawn anew meanwhile: by its id, or as a button of a message.
function whereabouts(node) {
  if (node?.id) return () => byId(node.id);
  const [ts, action] = [node?.closest("article")?.dataset.ts, node?.dataset.action];
  if (!ts) return () => null;
  const inside = action ? ` [data-action="${CSS.escape(action)}"]` : "";
  return () => byId("log").querySelector(`article[data-ts="${CSS.escape(ts)}"]${inside}`);
}

// Deeds by group; a choice that several of a group share stands once, before the first that takes it.
export class Deeds {
  #do;
  #chosen = {};

  constructor(act) {
    this.#do = act;
  }

  draw(deeds) {
    const focused = document.activeElement?.dataset?.deed;
    const groups = [...new Set(deeds.map((each) => each.group))];
    byId("beside-body").replaceChildren(...groups.map((name) => this.#group(name, deeds.filter((each) => each.group === name))));
    if (focused) byId("beside-body").querySelector(`[data-deed="${CSS.escape(focused)}"]`)?.focus();
  }

  #group(name, deeds) {
    const seen = new Set();
    const parts = deeds.flatMap((deed) => {
      const fresh = deed.takes.filter((each) => !seen.has(each.name));
      for (const each of fresh) seen.add(each.name);
      return [...fresh.map((each) => this.#choice(each)), this.#deed(deed)];
    });
    return h("section", { class: "deeds", "aria-label": name }, h("h3", {}, name), parts);
  }

  #choice(choice) {
    if (!choice.options.includes(this.#chosen[choice.name])) this.#chosen[choice.name] = choice.options[0];
    const options = choice.options.map((each) => h("option", { value: each, selected: each === this.#chosen[choice.name] }, each));
    const select = h("select", { class: "choice", onchange: (event) => { this.#chosen[choice.name] = event.target.value; } }, options);
    select.dataset.deed = `choice-${choice.name}`;
    return h("label", { class: "choose" }, h("span", {}, choice.label), select);
  }

  #deed(deed) {
    const does = () => this.#do(deed, Object.fromEntries(deed.takes.map((each) => [each.name, this.#chosen[each.name]])));
    const isSwitch = deed.on !== null;
    const state = isSwitch ? { role: "switch", "aria-checked": String(deed.on) } : {};
    const describedby = `then-${deed.name}`;
    const button = h("button", { type: "button", class: isSwitch ? "switch" : "button", "aria-describedby": describedby, ...state, onclick: does }, deed.label);
    button.dataset.deed = deed.name;
    return h("div", { class: "deed" }, button, h("p", { id: describedby }, deed.then));
  }
}
