// People and places that one can choose from, as options; null where an element brings its own.

import { nameOf } from "./names.js";

export function known(world, element) {
  if (element.type.endsWith("users_select")) return people(world);
  if (element.type.endsWith("channels_select")) return places(world, ["public"]);
  if (!element.type.endsWith("conversations_select")) return null;
  const { include = ["public", "private", "im", "mpim"], exclude_bot_users: isOnlyPeople = false } = element.filter || {};
  return places(world, include).filter((each) => !isOnlyPeople || !world.isApp(each.value));
}

function people(world) {
  return world.people().map((each) => ({ value: each.id, text: { text: each.real_name }, note: `@${each.name}` }));
}

function places(world, kinds) {
  const all = [...world.channels.values()].filter((each) => kinds.includes(each.kind) && (each.name || each.members.includes(world.me)));
  return all.map((each) => ({ value: each.id, text: { text: each.name ? `#${each.name}` : nameOf(world, each) } }));
}
