// What has happened meanwhile: hints from the stream, rows fetched and changed in place, times that go on.
// Nothing is put in, moved or taken away unless the reader asks for it.

const WAITING = new Set(["held", "queued"]);
const NEEDY = new Set(["held", "failed", "unconfirmed"]);

export function start(desk) {
  const { $, all, word, say, path } = desk;
  const light = $("#live");
  let stream = null;
  let last = null;
  let wait = 1000;
  let timer = 0;

  // ---------------------------------------------------------------------------------------------- the stream

  function shown(state) {
    if (!light) return;
    light.hidden = false;
    light.className = `live ${state === "live" ? "on" : state === "away" ? "off" : ""}`;
    $(".word", light).textContent = word(state);
  }
  function open() {
    if (!light || stream || document.hidden) return;
    shown("joining");
    stream = new EventSource(light.dataset.src + (last === null ? "" : `?since=${last}`));
    stream.onopen = () => { wait = 1000; shown("live"); desk.offline(false); };
    stream.onerror = () => { if (stream?.readyState === EventSource.CLOSED) lost(); else { shown("away"); probe(); } };
    stream.onmessage = heard;
    for (const kind of ["state", "change", "reload", "undefined"]) stream.addEventListener(kind, heard);
  }
  function close() {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  }
  function lost() {
    close();
    shown("away");
    timer = setTimeout(async () => { await probe(); open(); }, wait);
    wait = Math.min(wait * 2, 30000);
  }
  // A stream does not say why it failed; an ordinary question does.
  let probing = false;
  async function probe() {
    if (probing) return;
    probing = true;
    try {
      await desk.ask(path("/parts/stop"));
    } catch (error) {
      if (error instanceof desk.LoggedOut) { close(); await desk.logIn(open); }
    } finally {
      probing = false;
    }
  }

  function heard(event) {
    let hint;
    try { hint = JSON.parse(event.data); } catch { return; }
    if (event.lastEventId || hint.event) last = Number(event.lastEventId || hint.event);
    const kind = hint.kind ?? event.type;
    if (kind === "reload") { all("[data-live][data-src]").forEach(later); return; }
    if (kind === "state") { standing(hint); return; }
    if (kind !== "change") return;
    const names = [`delivery:${hint.delivery ?? hint.id}`, `article:${hint.article}`];
    const found = names.flatMap((name) => all(`[data-live~="${name}"]`));
    found.forEach((element) => { if (element.dataset.src) later(element); else element.classList.toggle("left", !NEEDY.has(hint.status)); });
    if (!found.some((element) => element.matches(".story")) && WAITING.has(hint.status)) fresh(hint.article);
    if ($("#needs")) later($("#needs"));
  }
  let paused = null;
  function standing(hint) {
    const bar = $("#stopbar");
    if (bar && Boolean(hint.stopped) === bar.hidden) fetched(bar);
    const now = `${(hint.paused ?? []).join(" ")} ${hint.changed ?? 0}`;
    if (paused !== null && now !== paused) all("[data-live~='needs'], [data-live~='accounts']").forEach(later);
    paused = now;
  }

  // ---------------------------------------------------------------------------------------------- rows

  const queue = new Set();
  let working = 0;
  let soon = 0;
  function later(element) {
    if (element.id) queue.add(element.id);
    clearTimeout(soon);
    soon = setTimeout(work, 150);
  }
  function work() {
    for (const id of queue) {
      if (working >= 4) return;
      queue.delete(id);
      const element = document.getElementById(id);
      if (!element?.dataset.src) continue;
      if (desk.busyWith?.(element) || desk.written(element)) { setTimeout(() => later(element), 1000); continue; }
      working += 1;
      fetched(element).finally(() => { working -= 1; work(); });
    }
  }
  async function fetched(element) {
    let got;
    try { got = await desk.ask(element.dataset.src); } catch { return; }
    const now = document.getElementById(element.id);
    const part = got.page.getElementById(element.id);
    if (!now || desk.busyWith?.(now) || desk.written(now)) return;
    if (!part) { if (got.answer.status === 404 || got.answer.status === 204) now.classList.add("left"); return; }
    note(desk.replace(now, part));
    if (part.id === "stopbar") $("#warned").textContent = part.hidden ? word("back") : $("p > span", part)?.textContent ?? "";
    if (part.id === "needs") retitle(Number(part.dataset.count));
  }
  function retitle(count) {
    document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  }

  // ---------------------------------------------------------------------------------------------- new stories

  const waiting = new Set();
  function fresh(article) {
    const box = $("#fresh");
    if (!box || article === undefined || waiting.has(article)) return;
    waiting.add(article);
    box.hidden = false;
    $("a", box).textContent = word(waiting.size === 1 ? "new-one" : "new-many", { n: waiting.size });
    unsaid.fresh += 1;
    speak();
  }
  async function show(event) {
    event.preventDefault();
    const list = $("#stories");
    let got;
    try { got = await desk.ask(location.href, { headers: { "HX-Request": "false" } }); } catch { return; }
    const part = $("#stories", got.page);
    if (!list || !part) { location.reload(); return; }
    const chosen = new Set(all("[data-choose]:checked", list).map((box) => box.closest("[data-row]").dataset.row));
    const anchor = all("[data-row]", list).find((row) => row.getBoundingClientRect().bottom > 0);
    const top = anchor?.getBoundingClientRect().top;
    all("[data-row]", part).forEach((row) => { const box = $("[data-choose]", row); if (box) box.checked = chosen.has(row.dataset.row); });
    desk.replace(list, part);
    const again = anchor && document.querySelector(`[data-row="${CSS.escape(anchor.dataset.row)}"]`);
    if (again && scrollY > 0) scrollBy(0, again.getBoundingClientRect().top - top);
    waiting.clear();
    $("#fresh").hidden = true;
    (again ?? $("[data-row]", $("#stories")))?.focus({ preventScroll: true });
    if ($("#needs")) later($("#needs"));
  }

  // ---------------------------------------------------------------------------------------------- spoken, summed up

  const unsaid = { fresh: 0, failed: new Map(), unknown: new Map() };
  let spoken = 0;
  let speaking = 0;
  function note(changed) {
    for (const mark of changed ?? []) {
      const kind = { failed: unsaid.failed, unconfirmed: unsaid.unknown }[mark.dataset.status];
      if (kind) kind.set(mark.dataset.name, (kind.get(mark.dataset.name) ?? 0) + 1);
    }
    if (unsaid.failed.size || unsaid.unknown.size) speak();
  }
  function speak() {
    if (speaking) return;
    speaking = setTimeout(() => {
      const parts = [...unsaid.failed].map(([name, n]) => word(n === 1 ? "heard-failed-one" : "heard-failed-many", { n, name }));
      parts.push(...[...unsaid.unknown].map(([name]) => word("heard-unknown", { name })));
      if (unsaid.fresh) parts.push(word(unsaid.fresh === 1 ? "heard-new-one" : "heard-new-many", { n: unsaid.fresh }));
      say(parts.join(" "));
      unsaid.fresh = 0;
      unsaid.failed.clear();
      unsaid.unknown.clear();
      spoken = Date.now();
      speaking = 0;
    }, Math.max(500, spoken + 10000 - Date.now()));
  }

  // ---------------------------------------------------------------------------------------------- times

  function inWords(seconds) {
    if (seconds < -3600 || seconds >= 43200) return null;
    if (seconds <= -60) return word("ago", { n: Math.floor(-seconds / 60) });
    if (seconds <= 0) return word(seconds > -10 ? "now" : "just");
    if (seconds < 60) return word("in-s", { n: Math.ceil(seconds) });
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return word("in-min", { n: minutes });
    return word("in-h", { h: Math.floor(minutes / 60), n: minutes % 60 });
  }
  function tick() {
    for (const time of all("time[data-rel]")) {
      const text = inWords((Date.parse(time.dateTime) - Date.now()) / 1000);
      if (text && text !== time.textContent) time.textContent = text;
    }
    const clock = $("#newsroom-clock[data-zone]");
    if (!clock) return;
    const now = new Date().toLocaleTimeString("en-GB", { timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit" });
    clock.textContent = clock.textContent.replace(/\d\d:\d\d/, now);
    const own = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const yours = $("#own-clock");
    if (yours) yours.textContent = own === now ? "" : ` · ${word("yours", { at: own })}`;
  }

  if (desk.root.dataset.person) {
    document.addEventListener("visibilitychange", () => { if (document.hidden) close(); else { open(); tick(); } });
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", open);
    window.addEventListener("online", () => { close(); wait = 1000; probe(); open(); });
    window.addEventListener("offline", () => desk.offline(true));
    $("#fresh a")?.addEventListener("click", show);
    open();
  }
  tick();
  setInterval(tick, 20000);
}
