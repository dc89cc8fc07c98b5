// What can be completed in a box: commands after the slash or the bot's name, plain words in its own DM, people after @.

const WITH_REFERENCE = ["status", "watch", "unwatch", "failures", "links"];
const WITH_PATTERN = ["status", "watch", "unwatch"];
const EVENTS = [["failures", "failure kinds and the finish"], ["problems", "that, and what is stuck or late"], ["each", "failures and finished clips"], ["all", "everything"]];
const SHELL = [["/lipsync ", "ask the bot"], ["/invite @lipsync", "let the bot into this channel"], ["/kick @lipsync", "put it out of this channel"]];
const TO_BOT = ["/lipsync", "@lipsync"];
const MOST = 8;

// What could stand instead of the last word: [whole text, shown word, what it does, act], where `act` is done instead.
// `about` is { commands, references, people, shortcuts ({ name, description, act }), isBotsOwn (everything said here is for
// the bot), inThread (no slash commands) }.
export function completions(text, about) {
  const words = text.split(" ");
  const last = words[words.length - 1];
  const before = words.length > 1 ? `${words.slice(0, -1).join(" ")} ` : "";
  if (last.startsWith("@")) return starting(about.people, last, before);
  if (text.startsWith("/") && about.inThread) return [];
  if (text.startsWith("/") && !text.startsWith("/lipsync ")) return [...starting(SHELL, text, ""), ...shortcuts(text, about)];
  if (TO_BOT.includes(words[0]) && words.length > 1) return starting(nextWords(words, about), last, before);
  if (about.isBotsOwn && text && !text.startsWith("/")) return starting(nextWords(["", ...words], about), last, before);
  return [];
}

function nextWords(words, about) {
  const references = about.references.map((each) => [each, ""]);
  if (words.length === 2) return [...about.commands.flatMap(command), ...references];
  if (words.length === 3 && WITH_PATTERN.includes(words[1])) return [...references, ...patterns(words[1], about.references)];
  if (words.length === 3 && WITH_REFERENCE.includes(words[1])) return references;
  if (words.length === 4 && words[1] === "unwatch") return [["except", "leave it out of the patterns"]];
  if (words.length === 3 && words[1] === "help") return about.commands.flatMap(command).map(([word, says]) => [word.trim(), says]);
  if (words[1] !== "watch" || words.length < 4) return [];
  if (words[words.length - 2] === "for") return EVENTS;
  return words[words.length - 2] === "expect" ? [] : [["for ", "which news"], ["expect ", "how many requests will come"]];
}

// As in Slack, a slash and some letters also find the app's shortcuts.
function shortcuts(text, about) {
  const typed = text.slice(1).toLowerCase();
  const found = about.shortcuts.filter((each) => each.name.toLowerCase().startsWith(typed));
  return found.map((each) => ["", each.name, each.description || "", each.act]);
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
