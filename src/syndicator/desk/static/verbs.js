// Verbs: sent once, answered in place; the questions before them, in a dialog; presses on forms, links and buttons.

const ASKS = new Set(["suppress", "move", "retract", "deliver"]);

export function start(desk) {
  const { $, all, word, path, say, tell, token, target, ask, swap, swapBars, replace, same, away, LoggedOut } = desk;

  // ---------------------------------------------------------------------------------------------- verbs

  const running = new Set();
  const keys = new Map(); // a press keeps its key until the desk has answered: a second try is never a second act

  function busy(button, verb, rows) {
    const label = button?.innerHTML;
    const working = word(`busy-${verb}`) || word("busy");
    const parts = [button, ...rows].filter(Boolean);
    if (button) {
      button.setAttribute("aria-disabled", "true");
      button.textContent = working;
    }
    const soon = setTimeout(() => {
      parts.forEach((part) => { part.classList.add("busy"); part.setAttribute("aria-busy", "true"); });
      if (!button) say(working);
    }, 300);
    const late = setTimeout(() => { if (button) button.textContent = word("trying"); say(word("trying")); }, 5000);
    return () => {
      clearTimeout(soon);
      clearTimeout(late);
      parts.forEach((part) => { part.classList.remove("busy"); part.removeAttribute("aria-busy"); });
      if (button) { button.removeAttribute("aria-disabled"); button.innerHTML = label; }
    };
  }

  const plain = (form, submitter) => [...new FormData(form, submitter)].filter(([name, value]) => typeof value === "string" && !["csrf", "key"].includes(name));

  // Carry a verb out. `fields` are the form's own; ids are "ID:VERSION". Answers whether the desk has done it.
  async function act({ to = path("/actions"), verb = "", ids = [], fields = [], button = null, rows = [], inDialog = false }) {
    const name = JSON.stringify([to, verb, ids, fields]);
    if (running.has(name) || away() || button?.getAttribute("aria-disabled") === "true") return false;
    running.add(name);
    if (!keys.has(name)) keys.set(name, token());
    const body = new URLSearchParams(fields);
    if (verb && !body.has("verb")) body.append("verb", verb);
    ids.forEach((id) => body.append("id", id));
    body.append("key", keys.get(name));
    const done = busy(button, verb, rows);
    try {
      body.append("csrf", $("#csrf").content);
      const { answer, page } = await ask(to, { method: "POST", body });
      if (answer.status < 500) keys.delete(name);
      return answered(answer, page, inDialog);
    } catch (error) {
      if (error instanceof LoggedOut) return logIn(() => act({ to, verb, ids, fields, button, rows, inDialog }));
      tell(word("wrong"), true);
      return false;
    } finally {
      running.delete(name);
      done();
    }
  }

  function answered(answer, page, inDialog) {
    const question = $("[data-question]", page);
    const whole = $("main", page);
    if (!answer.ok) {
      if (question && $("form", question)) open(question);
      else if ($("#flash .flash", page)) swap(page);
      else tell((question ? $("p", question) : $("main p", page) ?? page.body)?.textContent.trim() || word("failed"), true);
      return false;
    }
    const to = new URL(answer.url || location.href).pathname;
    if (question && (!whole || to === new URL(path("/ask"), location.href).pathname)) {
      open(question);
      return false;
    }
    if (inDialog) close(true);
    if (!whole || $("#stories")) swap(page);
    else if (to === location.pathname) renew(page);
    else if (inDialog) swap(page);
    else location.assign(answer.url);
    return true;
  }

  // The whole of a page's middle anew, where the answer to a form is the page itself.
  function renew(page) {
    swapBars(page);
    replace($("#main"), $("main", page));
  }

  // Put a question: the page that would ask it, as a dialog over this one.
  async function question(to, opener, body = null) {
    try {
      const { answer, page } = await ask(to, body ? { method: "POST", body } : {});
      const found = $("[data-question]", page);
      if (found) open(found, opener);
      else if (!body) location.assign(answer.url || to);
      else tell(word("failed"), true);
    } catch (error) {
      if (error instanceof LoggedOut) logIn(() => question(to, opener, body));
      else if (error.name !== "AbortError") tell(word("wrong"), true);
    }
  }

  function asking(verb, ids, opener, fields = []) {
    const query = new URLSearchParams([["verb", verb], ...fields, ...ids.map((id) => ["id", id])]);
    if (ids.length <= 50) return question(`${path("/ask")}?${query}`, opener);
    query.append("csrf", $("#csrf").content);
    return question(path("/ask"), opener, query);
  }

  // ---------------------------------------------------------------------------------------------- dialogs

  let opener = null;
  let afterwards = null;
  let finished = false;
  function open(section, from = null) {
    const dialog = $("#dialog");
    opener = from ?? (dialog.open ? opener : document.activeElement);
    const title = $("h1, h2", section);
    if (title) title.id = "ask-title";
    dialog.replaceChildren(document.adoptNode(section));
    if (!dialog.open) dialog.showModal();
    const first = $("[autofocus]", dialog) ?? $(".problem", dialog) ?? $("input:not([type=hidden]), textarea, select, button", dialog);
    first?.focus();
    document.dispatchEvent(new CustomEvent("desk:swapped", { detail: { element: dialog, changed: [] } }));
  }
  function close(done = false) {
    const dialog = $("#dialog");
    finished = done;
    if (!dialog.open) return;
    dialog.close();
    closed(); // at once: the browser's own event comes later, and keys pressed meanwhile would go astray
  }
  function closed() {
    const dialog = $("#dialog");
    if (dialog.open || !dialog.firstChild) return;
    dialog.replaceChildren();
    const next = (finished && afterwards?.()) || same(opener);
    afterwards = null;
    finished = false;
    (next ?? $("#main")).focus({ preventScroll: true });
  }

  // The log-in over the page: when it has worked, what was asked for is sent.
  async function logIn(then, shown = null) {
    const page = shown ?? (await ask(path("/login"), { open: true })).page;
    const form = $("form[action$='/login']", page);
    if (!form) return then();
    return new Promise((resolve) => {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        const { page: answer } = await ask(target(form), { method: "POST", body: new URLSearchParams(new FormData(form)), open: true });
        if ($("form[action$='/login']", answer)) { resolve(logIn(then, answer)); return; }
        close(true);
        resolve(then());
      });
      const section = form.closest("section") ?? form;
      const kept = document.createElement("p");
      kept.textContent = word("logged-out");
      $("h1, h2", section)?.after(kept);
      open(section);
    });
  }

  // ---------------------------------------------------------------------------------------------- presses

  const current = (mark) => mark?.dataset.mark;
  function can(verb, marks) {
    return marks.filter((mark) => mark.dataset.can?.split(" ").includes(verb));
  }
  const chosen = () => all("[data-choose]:checked").flatMap((box) => all("[data-mark]", box.closest("[data-row]")));

  // One verb on marks: asks, leads to the editor, or acts. `next` gives what has the focus afterwards.
  function verb(name, marks, { button = null, from = null, next = null } = {}) {
    const able = can(name, marks);
    if (!able.length) { say(word(`none-${name}`) || word("none")); return; }
    if (name === "edit") { location.assign(able[0].dataset.edit ?? able[0].dataset.link); return; }
    const ids = able.map(current);
    if (ASKS.has(name)) { const then = next?.(); afterwards = () => then; asking(name, ids, from); return; } // before marks change places
    if (next && !button) next()?.focus();
    act({ verb: name, ids, button, rows: able }).then((done) => {
      if (!done) return;
      if (button) next?.()?.focus();
      clearChosen();
    });
  }
  function clearChosen() {
    all("[data-choose]:checked, [name=all]:checked").forEach((box) => { box.checked = false; });
    document.dispatchEvent(new Event("desk:chosen"));
  }

  function submitted(event) {
    const form = event.target;
    const button = event.submitter;
    if (form.method === "dialog" || event.defaultPrevented) return;
    const stop = () => event.preventDefault();
    if (form.matches("[data-undo]")) { stop(); act({ to: target(form), verb: "undo", fields: plain(form), button }); return; }
    if (form.matches("#go") && button?.dataset.mark) { stop(); desk.menu?.(button); return; }
    if (form.matches("#act")) { stop(); bulk(button); return; }
    if (form.matches("[data-ask]")) { stop(); question(`${target(form)}?${new URLSearchParams(plain(form, button))}`, button); return; }
    if (form.matches("[data-act]")) {
      stop();
      const fields = plain(form, button);
      const name = fields.find(([key]) => key === "verb")?.[1] ?? "";
      act({ to: button?.formAction && button.hasAttribute("formaction") ? button.formAction : target(form), verb: name, fields, button, inDialog: Boolean(form.closest("dialog")) });
      return;
    }
    if (form.method !== "post") return;
    if (form.matches("[data-editor]") && form.dataset.sure !== "yes") { stop(); sure(form, button); return; }
    if (form.dataset.sent) stop();
    form.dataset.sent = "yes";
    setTimeout(() => button?.classList.add("busy"), 300);
  }

  // A text is not sent into the log-in page: who was logged out logs in over it, then it is sent.
  async function sure(form, button) {
    if (form.dataset.sure) return;
    const send = () => {
      form.elements.namedItem("csrf").value = $("#csrf").content;
      form.dataset.sure = "yes";
      form.requestSubmit(button);
    };
    form.dataset.sure = "asking";
    try {
      await ask(path("/parts/stop"));
    } catch (error) {
      delete form.dataset.sure;
      if (error instanceof LoggedOut) await logIn(send);
      return;
    }
    send();
  }

  function bulk(button) {
    const marks = chosen();
    const name = button?.value;
    if (!name || !marks.length) return;
    const every = $("[name=all]:checked");
    const able = can(name, marks);
    const fields = every ? [["all", every.value]] : [];
    if (!able.length && !every) { say(word(`none-${name}`) || word("none")); return; }
    const ids = able.map(current);
    const rows = marks.map((mark) => mark.closest("[data-row]"));
    const next = () => desk.after?.(rows.at(-1));
    if (ASKS.has(name)) { afterwards = () => { clearChosen(); return next(); }; asking(name, ids, button, fields); return; }
    act({ verb: name, ids, fields, button, rows: able }).then((done) => { if (done) { clearChosen(); next()?.focus(); } });
  }

  async function copy(to) {
    const address = new URL(to, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const field = document.createElement("textarea");
      field.value = address;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    tell(word("copied"));
  }

  function clicked(event) {
    const link = event.target.closest("a, button");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (away() && link.matches("button[type=submit], button:not([type])")) { event.preventDefault(); return; }
    if (link.matches("[data-dismiss]")) link.closest(".flash").remove();
    else if (link.matches("dialog [data-close]")) { event.preventDefault(); close(); }
    else if (link.matches("[data-copy]")) { event.preventDefault(); copy(link.dataset.copy || link.href); }
    else if (link.matches("[data-print]")) window.print();
    else if (link.matches("[data-back]") && document.referrer.split("?")[0] === link.href) { event.preventDefault(); history.back(); }
    else if (link.matches("a[data-dialog]") && !away()) { event.preventDefault(); question(link.href, link); }
  }

  Object.assign(desk, { act, verb, copy, chosen, clearChosen, question, logIn, plain });
  document.addEventListener("submit", submitted);
  document.addEventListener("click", clicked);
  $("#dialog")?.addEventListener("close", closed);
}
