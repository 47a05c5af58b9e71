// What the list and a room share.
export const byId = (id) => document.getElementById(id);

// An element with text and attributes.
export function made(tag, { text = "", ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.append(text);
  element.append(...children);
  return element;
}

export async function fetched(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
  return answer.json();
}

export const nameOf = (person) => person.name || "Somebody";

export function since(moment) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  const shown = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat("en", shown).format(date);
}

export const crowd = (listeners) => (listeners === "few" ? "a few listeners" : `${listeners} listeners`);

// A status line speaks only when its text changes.
export function notice(text) {
  const line = byId("notice");
  if (line.textContent !== text) line.textContent = text;
}

// A command: POST with JSON; the answer as it is.
export const asked = (path, body = {}) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body) });
