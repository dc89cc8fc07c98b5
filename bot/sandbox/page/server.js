// What the page asks of its server, and the stream of what happens.

export async function read(user) {
  const response = await fetch(`/state?user=${encodeURIComponent(user)}`);
  if (!response.ok) throw new Error(`the page's server answered ${response.status}`);
  return response.json();
}

// What can be typed and done now; null when the demo has gone.
export async function surroundings() {
  try {
    return await (await fetch("/world")).json();
  } catch {
    return null;
  }
}

export async function act(what, fields) {
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await fetch(`/${what}`, { method: "POST", headers, body: JSON.stringify(fields) });
    return await response.json();
  } catch {
    return { ok: false, error: "the demo is not running any more" };
  }
}

// Calls `news` with each change after entry `since`; the browser connects again by itself and goes on where it was.
export function follow(user, since, news, connected) {
  const source = new EventSource(`/changes?user=${encodeURIComponent(user)}&since=${since}`);
  source.addEventListener("message", (event) => news(JSON.parse(event.data)));
  source.addEventListener("open", () => connected(true));
  source.addEventListener("error", () => connected(false));
  return () => source.close();
}
