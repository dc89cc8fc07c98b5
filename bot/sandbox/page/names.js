// What a place is called: a conversation by those who are in it with me.

export function nameOf(world, channel) {
  if (channel.name) return channel.name;
  const others = channel.members.filter((each) => each !== world.me);
  return others.map((each) => world.users.get(each)?.real_name || each).join(", ");
}
