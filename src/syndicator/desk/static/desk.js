// The desk made quicker. Every page works without this file; it sends the same forms, without leaving the page.
// Here: asking the server and putting its answers in place. Parts: verbs.js (acts, dialogs), keys.js (focus, selection,
// keys), live.js (stream, times), fields.js (drafts, counters). Words come from the page.

const version = new URL(import.meta.url).search;
const root = document.documentElement;
const $ = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const word = (name, values = {}) => {
  const text = $("#desk-words")?.dataset[camel(name)] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
};
const path = (to) => ($("#root")?.content ?? "/").replace(/\/$/, "") + to;
const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const say = (text) => { $("#said").textContent = text; };
const token = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};
// A field may be called "action" or "id" and then hides the form's own: ask for the attribute.
const target = (form) => new URL(form.getAttribute("action") ?? "", location.href).href;
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

// ------------------------------------------------------------------------------------------------ asking the server

class LoggedOut extends Error {}

async function ask(to, options = {}) {
  const headers = { "HX-Request": "true", "X-Desk": "1", Accept: "text/html", ...options.headers };
  let answer;
  try {
    answer = await fetch(to, { credentials: "same-origin", ...options, headers });
  } catch (error) {
    if (error.name !== "AbortError") desk.offline(true);
    throw error;
  }
  desk.offline(false);
  if (answer.status === 401 && !options.open) throw new LoggedOut();
  const page = parse(await answer.text());
  renewed(page);
  return { answer, page };
}

function renewed(page) {
  const csrf = $("#csrf", page)?.content;
  if (csrf) $("#csrf").content = csrf;
}

let away = false;
function offline(now) {
  if (now === away) return;
  away = now;
  root.toggleAttribute("data-offline", now);
  const bar = $("#offline");
  bar.hidden = !now;
  const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (now) bar.textContent = word("offline", { at });
  else say(word("back"));
}

// ------------------------------------------------------------------------------------------------ parts of the page

// Put `fresh` where `old` stands; selection, focus and place in the list stay. Gives the marks whose state changed.
function replace(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const before = new Map(all("[data-mark][id]", old).map((mark) => [mark.id, mark.dataset.status]));
  const row = active?.closest("[data-row]");
  for (const box of all("[data-choose]:checked", old)) {
    const twin = $("[data-choose]", fresh);
    if (twin) twin.checked = box.checked;
  }
  const element = document.adoptNode(fresh);
  const tabs = $("[data-row][tabindex='0']", old);
  old.replaceWith(element);
  window.htmx?.process?.(element);
  if (tabs) $("[data-row]", element)?.setAttribute("tabindex", "0");
  if (active) {
    const again = (active.id && document.getElementById(active.id)) || (row && $("[data-row]", element));
    const nearest = element.parentElement?.closest("[tabindex]");
    // What is hidden, or cannot take the focus, leaves it with the page's body: then the next one out takes it.
    for (const one of [again, element, nearest, $("#main")]) {
      one?.focus({ preventScroll: true });
      if (document.activeElement !== document.body) break;
    }
  }
  const changed = all("[data-mark][id]", element).filter((mark) => (before.get(mark.id) ?? mark.dataset.status) !== mark.dataset.status);
  changed.forEach((mark) => mark.classList.add("changed"));
  document.dispatchEvent(new CustomEvent("desk:swapped", { detail: { element, changed } }));
  return changed;
}

const WRITING = "textarea, input:not([type=checkbox], [type=radio], [type=hidden], [type=submit])";
const written = (element) => all(WRITING, element).some((field) => field === document.activeElement || field.value !== field.defaultValue);

// A fragment's elements take the place of those with their ids; of a whole page only what is live is taken.
function swap(page) {
  const whole = $("main", page);
  const fresh = whole ? all("[data-live][id], #flash", page) : all("body > [id], body > ul > [id]", page);
  for (const element of fresh) {
    const old = document.getElementById(element.id);
    if (!old || element.id === "dialog" || (element.id !== "flash" && whole && written(old))) continue;
    if (element.id !== "flash") replace(old, element);
    else if ($(".flash", element)) flash(element);
  }
  counted();
}

function swapBars(page) {
  for (const id of ["stopbar", "flash"]) {
    const fresh = $(`#${id}`, page);
    if (fresh && id === "flash" && $(".flash", fresh)) flash(fresh);
    else if (fresh && id === "stopbar") replace($("#stopbar"), fresh);
  }
}

function counted() {
  const count = Number($("#needs")?.dataset.count ?? NaN);
  if (Number.isNaN(count)) return;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

// The element, or the one that has taken its place meanwhile.
function same(element) {
  if (!element || element.isConnected) return element;
  const row = element.dataset.row && $(`[data-row="${CSS.escape(element.dataset.row)}"]`);
  return row || (element.id && document.getElementById(element.id)) || null;
}

// ------------------------------------------------------------------------------------------------ the bar at the foot

let fading = 0;
let lastUndo = null;
function flash(element) {
  $("#flash").replaceChildren(...element.childNodes);
  watchFlash();
}
function watchFlash() {
  const bar = $("#flash .flash");
  clearTimeout(fading);
  if (!bar) return;
  lastUndo = $("form[data-undo]", bar)?.cloneNode(true) ?? lastUndo;
  say($("p", bar)?.textContent ?? "");
  if (bar.dataset.fades === "no") return;
  const fade = () => {
    if (bar.matches(":hover, :focus-within")) fading = setTimeout(fade, 2000);
    else bar.remove();
  };
  fading = setTimeout(fade, 10000);
}
function tell(text, failed = false) {
  const bar = document.createElement("div");
  const said = document.createElement("p");
  bar.className = failed ? "flash failed" : "flash";
  bar.dataset.fades = failed ? "no" : "yes";
  said.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button plain";
  close.dataset.dismiss = "";
  close.textContent = "×";
  close.setAttribute("aria-label", word("shut"));
  bar.append(said, close);
  $("#flash").replaceChildren(bar);
  watchFlash();
}
function undo() {
  const form = $("#flash form[data-undo]") ?? lastUndo;
  if (form) desk.act({ to: target(form), verb: "undo", fields: desk.plain(form), button: $("button", form) });
}

const desk = { $, all, word, path, seen, say, tell, token, target, ask, swap, swapBars, replace, written, same, undo, offline, root, LoggedOut, away: () => away };

root.dataset.script = "on";
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt?.id === "main") $("h1")?.focus(); });
for (const menu of all("details.menu")) {
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; });
}
if ($("#desk-words")) {
  watchFlash();
  for (const part of ["verbs.js", "keys.js", "live.js", "fields.js"]) (await import(`./${part}${version}`)).start(desk);
  root.dataset.ready = "yes";
}
