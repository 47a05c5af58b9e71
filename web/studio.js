// The studio: one room to speak in. Sign in, sit on the stage, join with a microphone; mute, hear the others, leave.
import { Call } from "/web/call.js";
import { Microphone } from "/web/microphone.js";
import { asked, byId, fetched, notice } from "/web/page_parts.js";
import { Room, titled } from "/web/stage.js";

const id = location.pathname.match(/^\/studio\/([a-z0-9]{10,32})$/)?.[1] ?? "";
const DENIED = {
  NotAllowedError: "The browser keeps the microphone from this page; allow it beside the address, then join again.",
  NotFoundError: "There is no microphone.",
  NotReadableError: "Another program has the microphone.",
  OverconstrainedError: "That microphone is gone; choose another one.",
  SecurityError: "Browsers open microphones on https and on localhost only.",
};
const states = { whip: "", whep: "" };
let me = "", joined = false, why = "";
let muted = false, asking = 0, newest = 0; // what a card of before says of muting counts no longer

const room = new Room(id, { drawn: draw, happened });
const microphone = new Microphone({ changed: send, lost: () => microphone.open().catch(denied) });
const speak = new Call(`/whip/${id}`, { prepare: giveSound, changed: (...news) => told("whip", ...news) });
const hear = new Call(`/whep/${id}`, { prepare: takeSound, changed: (...news) => told("whep", ...news) });

byId("sign-in").addEventListener("submit", signIn);
byId("ask").addEventListener("click", askForSeat);
byId("join").addEventListener("click", () => (joined ? leave("You have left the stage's microphones.") : join()));
byId("mute").addEventListener("click", () => mute(!muted));
byId("check").addEventListener("click", () => open());
byId("microphone").addEventListener("change", () => open());
byId("headphones").addEventListener("change", () => microphone.stream && open());
byId("denoise").addEventListener("change", () => joined && speak.connect());
byId("volume").addEventListener("input", (event) => { byId("others").volume = event.target.value / 100; });
byId("loudspeaker").addEventListener("change", (event) => byId("others").setSinkId(event.target.value).catch(() => {}));
document.addEventListener("keydown", keys);
addEventListener("online", () => again("The network is back"));
navigator.connection?.addEventListener("change", () => navigator.onLine && again("The network changed"));
addEventListener("offline", () => joined && notice("This device has no network; the page goes on when it is back."));
addEventListener("pagehide", () => { speak.end(); hear.end(); });
enter();

async function enter() {
  try {
    me = (await fetched("/api/me")).person;
  } catch (fault) {
    if (fault.status !== 401) return notice("Parlor cannot be reached at the moment; please reload.");
    byId("sign-in").hidden = false;
    notice("Sign in to speak.");
    return byId("name").focus();
  }
  byId("sign-in").hidden = true;
  try {
    await room.open();
    byId("listen").href = `/room/${id}`;
    byId("listen").textContent = "Only listen to this room";
  } catch (fault) {
    notice(fault.status === 404 ? "There is no such room." : "The room cannot be reached at the moment; please reload.");
  }
}

async function signIn(event) {
  event.preventDefault();
  const answer = await asked("/api/sign-in", { name: byId("name").value.trim() });
  if (answer.ok) {
    byId("main").focus();
    return enter();
  }
  const closed = answer.status === 404 || answer.status === 405;
  notice(closed ? "Signing in by name is switched off here; whoever runs this Parlor tells you how." : "That name can't be used; try another one.");
}

// What the room's card means for this page.
function draw(card) {
  titled(card);
  const seat = card.stage.find(({ person }) => person === me);
  byId("people").hidden = false;
  byId("seat").hidden = Boolean(seat) || card.status === "ended";
  byId("studio").hidden = !seat;
  if (card.status === "ended") return leave("The room has ended.");
  if (!seat) return joined ? leave("You are not on the stage any more.") : notice("You are not on the stage yet.");
  if (seat.muted && !muted && joined && !asking && card.revision >= newest) heard(true);
  else if (!joined && !why) notice("You are on the stage. Join when you are ready.");
  say();
}

async function askForSeat() {
  const taken = await asked(`/api/rooms/${id}/admit`, { person: me }); // whoever was invited seats themselves
  if (taken.ok) return;
  const raised = await asked(`/api/rooms/${id}/raise-hand`);
  notice(raised.ok ? "Your hand is up. The host sees it." : (await raised.json()).detail);
}

async function open() {
  try {
    await microphone.open();
    if (!joined) notice("This is your level; nobody hears you yet.");
    return true;
  } catch (fault) {
    denied(fault);
    return false;
  }
}

function denied(fault) {
  notice(DENIED[fault.name] ?? "The microphone could not be opened.");
}

async function join() {
  if (!microphone.track && !(await open())) return;
  joined = true;
  why = "";
  heard(room.card.stage.some(({ person, muted: is }) => person === me && is));
  byId("join").textContent = "Leave";
  byId("mute").hidden = false;
  navigator.wakeLock?.request("screen").catch(() => {});
  speak.connect();
  hear.connect();
}

function leave(text) {
  speak.end();
  hear.end();
  microphone.stop();
  joined = false;
  why = text;
  document.body.dataset.state = "left";
  byId("join").textContent = "Join the stage";
  byId("mute").hidden = true;
  notice(text);
}

function giveSound(peer) {
  speak.url = `/whip/${id}${byId("denoise").checked ? "?denoise=1" : ""}`;
  peer.addTransceiver(microphone.track, { direction: "sendonly", streams: [microphone.stream] });
}

function takeSound(peer) {
  peer.addTransceiver("audio", { direction: "recvonly" });
  peer.addEventListener("track", ({ track }) => {
    byId("others").srcObject = new MediaStream([track]);
    byId("others").play().catch(() => {});
  });
}

// Another device speaks through the same session.
function send(track) {
  track.enabled = !muted;
  speak.peer?.getSenders()[0]?.replaceTrack(track);
}

// Silent at once, and so that everybody sees it.
async function mute(on) {
  if (!joined) return;
  heard(on);
  asking++;
  try {
    const answer = await asked(`/api/rooms/${id}/${on ? "mute" : "unmute"}`, on ? { person: me } : {});
    const { revision, detail } = await answer.json();
    if (answer.ok) newest = revision;
    else notice(detail);
  } catch {
    notice(on ? "You are muted; the others could not be told." : "The room could not be told; press again to be heard.");
  }
  asking--;
}

function heard(off) {
  muted = off;
  if (microphone.track) microphone.track.enabled = !off;
  byId("mute").setAttribute("aria-pressed", String(off));
  say();
}

function happened(type, data) {
  if (type === "media.mix-started.v1") again("Another mixer has taken over", [speak, hear].filter((call) => call.left));
  const elsewhere = type === "media.source-registered.v1" && data.person === me && data.name === "page";
  if (elsewhere && joined && speak.ssrcs.size && !speak.ssrcs.has(data.ssrc)) leave("You speak from another page or device now.");
}

function again(what, calls = [speak, hear]) {
  if (!joined || !calls.length) return;
  why = what;
  for (const call of calls) call.connect();
}

function told(kind, state, refusal) {
  states[kind] = state;
  if (state === "lost") why = "The connection was lost";
  if (state === "refused") leave(refusal.status === 401 ? "You are not signed in any more; reload to sign in." : refusal.detail ?? "The mixer does not take this call.");
  else say();
}

// The state in words; spoken when it changes.
function say() {
  if (!joined) return;
  const there = Object.values(states).every((state) => state === "connected");
  document.body.dataset.state = there ? "connected" : "connecting";
  if (!there) return notice(why ? `${why}; connecting again.` : "Connecting.");
  why = "";
  if (muted) return notice("You are muted; nobody hears you.");
  notice(room.card.status === "live" ? "You are on air: everybody in the room hears you." : "You are connected; the room is not on air yet.");
}

// `m` mutes from anywhere but a field.
function keys(event) {
  if (event.key !== "m" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=range], [type=checkbox]), select, textarea")) return;
  event.preventDefault();
  mute(!muted);
}
