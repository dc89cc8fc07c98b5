// Children by key, in order: each is drawn anew only when what it depends on changed, and the focus stays where it was.

const FIELDS = ["action", "field"];

export class Rows {
  #into;
  #drawn = new Map();
  #changed = [];

  constructor(into) {
    this.#into = into;
  }

  clear() {
    this.#drawn.clear();
    this.#into.replaceChildren();
  }

  // Each row is { key, depends, draw }; gives back what was drawn anew in the place of something else.
  show(rows) {
    this.#changed = [];
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.#drawn) {
      if (keys.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
    const nodes = rows.map((row) => this.#fresh(row));
    let before = this.#into.firstChild;
    for (const node of nodes) {
      if (node === before) before = before.nextSibling;
      else this.#into.insertBefore(node, before);
    }
    return this.#changed;
  }

  // What was drawn under a key.
  node(key) {
    return this.#drawn.get(key)?.node;
  }

  // The first that ends below this height of the window: its key, and where it begins.
  firstBelow(top) {
    for (const [key, { node }] of this.#drawn) {
      const place = node.getBoundingClientRect();
      if (place.bottom > top) return { key, offset: place.top };
    }
    return null;
  }

  #fresh(row) {
    const known = this.#drawn.get(row.key);
    if (known && known.depends === row.depends) return known.node;
    const node = row.draw();
    this.#drawn.set(row.key, { depends: row.depends, node });
    if (known) {
      node.setAttribute("aria-live", "off"); // an edit is not read out: the card changes every few seconds
      replaceKeepingFocus(known.node, node);
      this.#changed.push(node);
    }
    return node;
  }
}

function replaceKeepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const range = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  old.replaceWith(fresh);
  if (!focused) return;
  const again = focused === old ? fresh : FIELDS.map((name) => named(fresh, name, focused.dataset[name])).find(Boolean);
  again?.focus({ preventScroll: true });
  if (range && range[0] !== null && again?.setSelectionRange) again.setSelectionRange(...range);
}

const named = (node, name, value) => (value ? node.querySelector(`[data-${name}="${CSS.escape(value)}"]`) : null);
