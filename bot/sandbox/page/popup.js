// Something that floats above everything else beside its anchor, inside the dialog that holds the anchor.

const GAP = 4;
const EDGE = 8;

export function float(popup, anchor) {
  if (!popup.isConnected) (anchor.closest("dialog") || document.body).append(popup);
  popup.showPopover();
  place(popup, anchor);
}

// Below the anchor where there is room, else above it; never outside the window.
export function place(popup, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = popup.getBoundingClientRect();
  const isBelow = at.bottom + GAP + height <= innerHeight - EDGE || at.top < height + GAP + EDGE;
  popup.style.top = `${isBelow ? at.bottom + GAP : at.top - GAP - height}px`;
  popup.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
}

// The same width as the anchor, for a list that belongs to a box.
export function fit(popup, anchor) {
  popup.style.width = `${anchor.getBoundingClientRect().width}px`;
}
