// Every block of a message or a view; what the page has no drawing for is shown as its texts.

import { chart } from "./chart.js";
import { h } from "./dom.js";
import { image, interactive } from "./elements.js";
import { icon } from "./icons.js";
import { linkNode } from "./inline.js";
import { input } from "./inputs.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";

function text(world, object) {
  if (!object) return null;
  if (object.type === "mrkdwn") return mrkdwn(world, object.text);
  return object.text;
}

function section(world, block, does) {
  const fields = (block.fields || []).map((each) => h("div", { class: "field" }, text(world, each)));
  const body = [
    block.text ? h("div", { class: "text" }, text(world, block.text)) : null,
    fields.length ? h("div", { class: "fields" }, fields) : null,
  ];
  if (!block.accessory) return h("div", { class: "section" }, body);
  const beside = block.accessory.type === "image" ? image(block.accessory) : interactive(world, block.accessory, does);
  return h("div", { class: "section with-accessory" }, h("div", {}, body), h("div", { class: "accessory" }, beside));
}

function context(world, block) {
  const parts = block.elements.map((each) => (each.type === "image" ? image(each) : h("div", {}, text(world, each))));
  return h("div", { class: "context" }, parts);
}

function actions(world, block, does) {
  return h("div", { class: "actions" }, block.elements.map((each) => interactive(world, each, does)));
}

function alert(world, block) {
  const level = block.level || "default";
  const sign = { warning: "warning", error: "warning", success: "tick" }[level] || "info";
  return h("div", { class: `alert ${level}`, role: "note" }, icon(sign), h("div", { class: "text" }, text(world, block.text)));
}

function cell(world, each, tag, column) {
  const settings = column || {};
  const node = h(tag, { scope: tag === "th" ? "col" : null });
  if (settings.align) node.style.textAlign = settings.align;
  if (settings.is_wrapped) node.classList.add("wrapped");
  if (each.type === "rich_text") node.append(richText(world, each));
  else node.append(each.text ?? String(each.value));
  return node;
}

function table(world, block) {
  const columns = block.column_settings || [];
  const rows = block.rows.map((row, index) =>
    h("tr", {}, row.map((each, place) => cell(world, each, index ? "td" : "th", columns[place]))),
  );
  const caption = block.caption ? h("caption", {}, block.caption) : null;
  const drawn = h("table", {}, caption, h("thead", {}, rows.slice(0, 1)), h("tbody", {}, rows.slice(1)));
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": block.caption || "Table" }, drawn);
}

function markdown(world, block) {
  const escaped = block.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const lines = escaped.replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/^#+ (.*)$/gm, "*$1*").replace(/^[-*] /gm, "• ");
  return h("div", { class: "text" }, mrkdwn(world, lines));
}

function card(world, block, does) {
  const small = [block.subtitle, block.body].filter(Boolean).map((each) => h("div", { class: "text" }, text(world, each)));
  return h(
    "div", { class: "panel" },
    block.hero_image ? image(block.hero_image) : null,
    block.title ? h("strong", {}, text(world, block.title)) : null,
    small,
    block.actions ? actions(world, { elements: block.actions }, does) : null,
  );
}

function task(world, block) {
  const mark = { pending: "○", in_progress: "◐", complete: "●", error: "✕" }[block.status] || "○";
  const more = [block.details, block.output].filter(Boolean).map((each) => richText(world, each));
  return h("div", { class: "panel" }, h("div", {}, `${mark} ${block.title}`), more);
}

function container(world, block, does) {
  const title = block.rich_text_title ? richText(world, block.rich_text_title) : text(world, block.title);
  const inside = blocks(world, block.child_blocks, { press: (_child, element, value) => does.press(element, value) });
  if (!block.is_collapsible) return h("div", { class: "panel" }, h("strong", {}, title), inside);
  return h("details", { class: "panel", open: !block.default_collapsed }, h("summary", {}, title), inside);
}

// The texts of a block in the order in which they stand.
function texts(value) {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (!value || typeof value !== "object") return [];
  const own = typeof value.text === "string" ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap(texts)];
}

const BLOCKS = {
  section, context, actions, input, alert, table, markdown, card, container,
  context_actions: actions,
  data_table: table,
  data_visualization: chart,
  task_card: task,
  rich_text: richText,
  header: (world, block) => h("h3", { class: "header" }, text(world, block.text)),
  divider: () => h("hr"),
  image: (world, block) => h("div", {}, block.title ? h("div", { class: "note" }, text(world, block.title)) : null, image(block)),
  video: (_world, block) => h("div", { class: "panel" }, "▶ ", linkNode(block.title_url || block.video_url, block.title.text)),
  carousel: (world, block, does) => h("div", { class: "carousel" }, block.elements.map((each) => card(world, each, does))),
  plan: (world, block) => h("div", {}, h("strong", {}, block.title), (block.tasks || []).map((each) => task(world, each))),
  file: (_world, block) => h("div", { class: "panel" }, `📄 ${block.external_id}`),
};

// Slack shows a table at the bottom of the message, wherever it stands among the blocks.
function inOrder(all) {
  const isTable = (block) => block.type === "table" || block.type === "data_table";
  return [...all.filter((block) => !isTable(block)), ...all.filter(isTable)];
}

// `does` has press(block, element, value) and, where what is entered is kept, keep, kept and key of the same shape.
export function drawBlock(world, block, does) {
  const draw = BLOCKS[block.type];
  if (!draw) return h("div", { class: "block text" }, texts(block).join("\n"));
  const own = Object.fromEntries(Object.entries(does).map(([name, act]) => [name, (element, value) => act(block, element, value)]));
  return h("div", { class: `block block-${block.type}` }, draw(world, block, own));
}

export function blocks(world, all, does) {
  return inOrder(all).map((block) => drawBlock(world, block, does));
}
