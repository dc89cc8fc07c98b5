// The box: Enter sends, ArrowUp brings back what was sent, Tab completes.

import { byId, h } from "./dom.js";

const WITH_REFERENCE = ["status", "watch", "unwatch", "failures", "links"];
const WITH_PATTERN = ["status", "watch", "unwatch"];
const EVENTS = [["failures", "failure kinds and the finish"], ["problems", "that, and what is stuck or late"], ["each", "failures and finished clips"], ["all", "everything"]];
const SHELL = [["/lipsync ", "ask the bot"], ["/invite @lipsync", "let the bot into this channel"], ["/kick @lipsync", "put it out of this channel"]];
const MOST = 8;

// What could stand instead of the last word: [whole text, shown word, what it does].
function completions(text, offers) {
  if (!text.startsWith("/")) return [];
  const words = text.split(" ");
  if (words.length === 1) return starting(SHELL, text, "");
  if (words[0] !== "/lipsync") return [];
  return starting(nextWords(words, offers), words[words.length - 1], `${words.slice(0, -1).join(" ")} `);
}

function nextWords(words, offers) {
  const references = offers.references.map((each) => [each, ""]);
  if (words.length === 2) return [...offers.commands.flatMap(command), ...references];
  if (words.length === 3 && WITH_PATTERN.includes(words[1])) return [...references, ...patterns(words[1], offers.references)];
  if (words.length === 3 && WITH_REFERENCE.includes(words[1])) return references;
  if (words.length === 4 && words[1] === "unwatch") return [["except", "leave it out of the patterns"]];
  if (words.length === 3 && words[1] === "help") return offers.commands.flatMap(command).map(([word, says]) => [word.trim(), says]);
  if (words[1] !== "watch" || words.length < 4) return [];
  if (words[words.length - 2] === "for") return EVENTS;
  return words[words.length - 2] === "expect" ? [] : [["for ", "which news"], ["expect ", "how many requests will come"]];
}

// A pattern for all references, and one for every word with which some begin.
function patterns(word, references) {
  const beginnings = references.map((each) => each.match(/^[A-Za-z]+[-_./]/)?.[0]).filter(Boolean);
  const all = word === "watch" ? "only failures, of the whole account" : "the whole account";
  return [["*", all], ...[...new Set(beginnings)].map((each) => [`${each}*`, "all that begin so"])];
}

// A command is offered by its form, such as "watch <ref>"; what is put into the box is its word.
function command([form, says]) {
  const [word, ...rest] = form.split(" ");
  if (word.startsWith("<")) return [];
  return [[rest.length && rest[0].startsWith("<") ? `${word} ` : word, says, form]];
}

function starting(choices, typed, before) {
  const found = choices.filter(([word]) => word.startsWith(typed) && word.trim() !== typed);
  return found.slice(0, MOST).map(([word, says, shown]) => [before + word, shown || word.trim(), says]);
}

export class Composer {
  #send;
  #offers = { commands: [], references: [] };
  #history = [];
  #at = 0;
  #shown = [];
  #chosen = -1;
  #input = byId("input");
  #list = byId("offers");

  constructor(send) {
    this.#send = send;
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#hide());
    byId("composer").addEventListener("submit", (event) => this.#submit(event));
  }

  offer(offers) {
    this.#offers = offers;
  }

  put(text) {
    this.#input.value = text;
    this.#input.focus();
    this.#input.setSelectionRange(text.length, text.length);
    this.#changed();
  }

  #submit(event) {
    event?.preventDefault();
    const text = this.#input.value.trim();
    if (!text) return;
    if (this.#history[this.#history.length - 1] !== text) this.#history.push(text);
    this.#at = this.#history.length;
    this.put("");
    this.#send(text);
  }

  #changed() {
    byId("send").disabled = !this.#input.value.trim();
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, 160)}px`;
    this.#shown = completions(this.#input.value, this.#offers);
    this.#chosen = -1;
    this.#draw();
  }

  #key(event) {
    if (event.isComposing) return;
    const act = {
      Enter: () => (event.shiftKey ? false : this.#enter()),
      Tab: () => !event.shiftKey && this.#take(Math.max(this.#chosen, 0)),
      Escape: () => this.#hide(),
      ArrowUp: () => this.#up(),
      ArrowDown: () => this.#down(),
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  #enter() {
    if (this.#chosen >= 0) return this.#take(this.#chosen);
    this.#submit();
    return true;
  }

  #take(index) {
    if (!this.#shown[index]) return false;
    this.put(this.#shown[index][0]);
    return true;
  }

  #up() {
    if (this.#shown.length && !this.#recalling()) return this.#move(-1);
    if (this.#input.value && !this.#recalling()) return false;
    return this.#recall(-1);
  }

  #down() {
    if (this.#recalling()) return this.#recall(1);
    return this.#shown.length ? this.#move(1) : false;
  }

  #recalling() {
    return this.#at < this.#history.length && this.#input.value === this.#history[this.#at];
  }

  #recall(step) {
    const at = this.#at + step;
    if (at < 0 || at > this.#history.length) return false;
    this.#at = at;
    this.put(this.#history[at] || "");
    this.#hide();
    return true;
  }

  #move(step) {
    const many = this.#shown.length;
    this.#chosen = this.#chosen < 0 && step < 0 ? many - 1 : (this.#chosen + step + many) % many;
    this.#draw();
    return true;
  }

  #hide() {
    this.#shown = [];
    this.#chosen = -1;
    this.#draw();
  }

  #draw() {
    this.#list.hidden = !this.#shown.length;
    this.#input.setAttribute("aria-expanded", String(Boolean(this.#shown.length)));
    this.#list.replaceChildren(...this.#shown.map((each, index) => this.#choice(each, index)));
    if (this.#chosen < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `offer-${this.#chosen}`);
  }

  #choice([, word, says], index) {
    const chosen = index === this.#chosen;
    const node = h(
      "li", { id: `offer-${index}`, role: "option", "aria-selected": String(chosen) },
      h("span", { class: "offer-word" }, word), h("span", { class: "offer-says" }, says),
    );
    // Before the box loses the focus, which hides the list.
    node.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.#take(index);
    });
    return node;
  }
}
