// Focus that roves over stories and their marks, the selection, the menu of verbs, and the keys.

const VERBS = { a: "approve", h: "hold", s: "suppress", e: "edit", b: "send", m: "move", r: "retry" };
const PLACES = { q: "/queue", c: "/calendar", h: "/history", a: "/accounts", s: "/sources", p: "/people" };
const FIELD = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

export function start(desk) {
  const { $, all, word, path, seen, say } = desk;
  const rows = () => all("[data-list] [data-row]").filter(seen);
  const marks = () => all("[data-list] [data-mark]").filter(seen);
  const at = () => document.activeElement;
  const rowAt = () => at().closest("[data-list] [data-row]");
  const markAt = () => at().closest("[data-list] [data-mark]");

  // ---------------------------------------------------------------------------------------------- focus

  function rove(row) {
    all("[data-list] [data-row][tabindex='0']").forEach((other) => other.setAttribute("tabindex", "-1"));
    row?.setAttribute("tabindex", "0");
  }
  function ready(within = document) {
    all("[data-row]", within).forEach((row) => { if (!row.hasAttribute("tabindex")) row.tabIndex = -1; });
    all("section[data-mark]", within).forEach((mark) => { mark.tabIndex = -1; });
    if (!$("[data-list] [data-row][tabindex='0']")) rove(rows()[0]);
  }
  function go(element) {
    element?.focus();
    element?.scrollIntoView({ block: "nearest" });
  }
  function step(list, now, by) {
    const index = list.indexOf(now);
    return index < 0 ? null : list[Math.min(Math.max(index + by, 0), list.length - 1)];
  }
  function story(by) {
    const list = rows();
    go(step(list, rowAt(), by) ?? $("[data-list] [data-row][tabindex='0']") ?? list[0]);
  }
  function mark(by) {
    const list = marks();
    const here = markAt();
    if (here) return go(step(list, here, by));
    const row = rowAt();
    return go((row && list.find((one) => row.contains(one))) ?? list[0]);
  }
  // What has the focus after a verb: the next of the same kind; of the last one, itself.
  desk.after = (element) => {
    if (!element) return null;
    const kind = element.matches("[data-mark]") ? marks() : rows();
    const next = step(kind, desk.same(element), 1);
    return next ? { focus: () => go(desk.same(next)) } : null;
  };

  // ---------------------------------------------------------------------------------------------- selection

  function counted() {
    const bar = $("#selection");
    if (!bar) return;
    const boxes = all("[data-choose]");
    const on = boxes.filter((box) => box.checked);
    const words = $("#counted").dataset;
    const number = desk.chosen().length;
    const posts = number === 1 ? words.post : words.posts.replace("{n}", number);
    const text = (on.length === 1 ? words.one : words.many).replace("{stories}", on.length).replace("{posts}", posts);
    $("#counted").textContent = on.length ? `${text}:` : "";
    bar.classList.toggle("some", on.length > 0);
    const every = $(".every", bar);
    if (every) every.hidden = on.length !== boxes.length || !boxes.length;
    const head = $("#choose-all");
    head.checked = on.length > 0 && on.length === boxes.length;
    head.indeterminate = on.length > 0 && on.length < boxes.length;
    const able = new Set(desk.chosen().flatMap((one) => one.dataset.can.split(" ")));
    all(".buttons [name=verb]", bar).forEach((button) => button.toggleAttribute("data-idle", on.length > 0 && !able.has(button.value)));
  }
  function choose(on) {
    all("[data-choose]").forEach((box) => { box.checked = on; });
    counted();
  }

  // ---------------------------------------------------------------------------------------------- menu of a mark

  const menu = $("#verbs");
  let owner = null;
  let pointed = null; // a press on the mark whose menu is open closes it, and no more
  function item(text, key, run, href) {
    const element = document.createElement(href ? "a" : "button");
    const label = document.createElement("span");
    label.textContent = text;
    element.append(label);
    if (key && desk.root.dataset.keys === "on") {
      const hint = document.createElement("kbd");
      hint.textContent = key;
      hint.setAttribute("aria-hidden", "true");
      element.append(hint);
    }
    if (href) element.href = href;
    if (run) element.addEventListener("click", (event) => { event.preventDefault(); menu.hidePopover(); run(); });
    return element;
  }
  function labelled(verb, list) {
    const passed = list.some((one) => one.dataset.due && Date.parse(one.dataset.due) <= Date.now());
    return (passed && word(`now-${verb}`)) || word(`verb-${verb}`);
  }
  desk.menu = (element) => {
    const again = pointed === element;
    pointed = null;
    if (again) return;
    const list = element.matches("[data-mark]") ? [element] : all("[data-mark]", element);
    const first = list[0]?.dataset;
    if (!first || !menu.showPopover) { if (first) location.assign(first.link); return; }
    const title = document.createElement("p");
    const name = document.createElement("b");
    name.textContent = list.length === 1 ? first.name : $(".headline", element)?.textContent ?? "";
    title.append(name);
    if (list.length === 1) title.append(` ${first.state}`);
    const verbs = [...new Set(list.flatMap((one) => one.dataset.can.split(" ").filter(Boolean)))];
    const key = (verb) => Object.keys(VERBS).find((letter) => VERBS[letter] === verb);
    const next = () => desk.after(element);
    menu.replaceChildren(
      title,
      ...verbs.filter((verb) => word(`verb-${verb}`)).map((verb) => item(labelled(verb, list), key(verb), () => desk.verb(verb, list, { from: element, next }))),
      ...(list.length === 1 ? [item(word("open-story"), "o", null, first.link)] : []),
      ...(first.permalink ? [item(word("open-post"), "", null, first.permalink)] : []),
      item(word("copy"), "y", () => desk.copy(list.length === 1 ? first.link : element.dataset.href)),
    );
    owner = element;
    menu.showPopover();
    place(element);
    element.setAttribute("aria-expanded", "true");
    $("button, a", menu)?.focus();
  };
  function place(element) {
    const box = element.getBoundingClientRect();
    const own = menu.getBoundingClientRect();
    const below = box.bottom + 4 + own.height <= innerHeight;
    menu.style.insetBlockStart = `${Math.max(8, below ? box.bottom + 4 : box.top - own.height - 4)}px`;
    menu.style.left = `${Math.min(Math.max(8, box.left), innerWidth - own.width - 8)}px`;
  }
  menu?.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    owner?.removeAttribute("aria-expanded");
    if (menu.contains(at()) || at() === document.body) go(desk.same(owner));
    owner = null;
  });
  menu?.addEventListener("keydown", (event) => {
    const items = all("button, a", menu);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    items[(items.indexOf(at()) + by + items.length) % items.length]?.focus();
  });
  document.addEventListener("pointerdown", (event) => { pointed = owner?.contains(event.target) ? owner : null; }, true);
  desk.busyWith = (element) => owner !== null && element.contains(owner);

  // ---------------------------------------------------------------------------------------------- keys

  function verb(name) {
    const chosen = desk.chosen();
    const here = markAt() ?? rowAt();
    if (!here && !(chosen.length && at().closest(".selection"))) return false;
    const row = rowAt();
    const list = chosen.length ? chosen : markAt() ? [markAt()] : all("[data-mark]", row);
    desk.verb(name, list, { from: here, next: chosen.length ? () => here : () => desk.after(here) });
    return true;
  }
  function pause() {
    const here = markAt();
    if (!here) return false;
    desk.act({ verb: "pause", fields: [["verb", "pause"], ["account", here.dataset.account]], rows: [here] });
    return true;
  }
  function escape() {
    const field = at().closest(FIELD);
    if (field) { (field.closest("[data-row]") ?? $("#main")).focus(); return; }
    if (menu?.matches(":popover-open")) { menu.hidePopover(); return; }
    const open = $("details.menu[open]");
    if (open) { open.open = false; $("summary", open).focus(); return; }
    desk.clearChosen();
  }
  const to = (address) => { location.assign(path(address)); return true; };
  const click = (query) => { const found = all(query).find(seen); found?.click(); return Boolean(found); };
  const row = () => rowAt() ?? (rows().length === 1 ? rows()[0] : null);
  const PLAIN = {
    j: () => story(1),
    k: () => story(-1),
    n: () => mark(1),
    p: () => mark(-1),
    o: () => to2(markAt()?.dataset.link ?? row()?.dataset.href),
    u: () => click("[data-back]"),
    x: () => { const box = row() && $("[data-choose]", row()); if (box) { box.checked = !box.checked; counted(); } },
    P: pause,
    z: () => desk.undo(),
    v: () => { const url = row()?.dataset.url; if (url) window.open(url, "_blank", "noopener"); },
    y: () => { const link = markAt()?.dataset.link ?? row()?.dataset.href; if (link) desk.copy(link); else click("[data-copy]"); },
    ".": () => { const here = markAt() ?? rowAt(); if (here) desk.menu(here); },
    "/": () => { const field = all("#find, #find-phone").find(seen); if (field) field.focus(); else click(".menu.phone > summary"); },
    c: () => to("/compose"),
    "?": () => to("/keys"),
    "!": () => click("[data-stop]") || to("/stop"),
    ...Object.fromEntries(Object.entries(VERBS).map(([key, name]) => [key, () => verb(name)])),
  };
  const AFTER = {
    g: Object.fromEntries(Object.entries(PLACES).map(([key, place]) => [key, () => to(place)])),
    "*": { a: () => choose(true), n: () => choose(false) },
  };
  function to2(address) { if (address) location.assign(address); }

  let first = "";
  let waiting = 0;
  function chord(key) {
    clearTimeout(waiting);
    first = key;
    const shown = $("#chord");
    shown.hidden = !key;
    shown.textContent = key;
    if (key) waiting = setTimeout(() => chord(""), 1500);
  }
  function pressed(event) {
    const field = event.target.closest?.(FIELD);
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.form) {
      event.preventDefault();
      field.form.requestSubmit();
      return;
    }
    const other = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented || event.repeat && event.key.length === 1 && !"jknp".includes(event.key);
    if (other || $("dialog[open]")) return;
    if (event.key === "Escape") { escape(); return; }
    if (field || desk.root.dataset.keys !== "on" || event.key === "Shift") return;
    if (event.key === "Enter" && at().matches("[data-row]")) { to2(at().dataset.href); return; }
    const run = first ? AFTER[first][event.key] : PLAIN[event.key];
    if (first) chord("");
    else if (Object.hasOwn(AFTER, event.key)) { event.preventDefault(); chord(event.key); return; }
    if (!run || !event.key || event.key.length > 1) return;
    if (menu?.matches(":popover-open") && event.key in VERBS) { const here = owner; menu.hidePopover(); here?.focus(); }
    if (run() !== false) event.preventDefault();
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("focusin", (event) => { const here = event.target.closest("[data-list] [data-row]"); if (here) rove(here); });
  document.addEventListener("desk:swapped", (event) => { ready(event.detail.element.parentNode ?? document); counted(); });
  document.addEventListener("desk:chosen", counted);
  document.addEventListener("change", (event) => {
    if (event.target.id === "choose-all") choose(event.target.checked);
    else if (event.target.matches("[data-choose]")) counted();
  });
  $("#clear")?.addEventListener("click", () => { desk.clearChosen(); go($("[data-list] [data-row][tabindex='0']")); });
  all(".places [data-place]").forEach((link) => { if (Object.values(PLACES).includes(link.dataset.place)) link.setAttribute("aria-keyshortcuts", `g ${Object.keys(PLACES).find((key) => PLACES[key] === link.dataset.place)}`); });
  // After Back the list goes on where it was left.
  const left = `row:${location.pathname}${location.search}`;
  window.addEventListener("pagehide", () => {
    const here = $("[data-list] [data-row][tabindex='0']");
    if (here) sessionStorage.setItem(left, here.dataset.row);
  });
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward" && sessionStorage.getItem(left);
  if (back) rove(rows().find((one) => one.dataset.row === back));
  ready();
  counted();
}
