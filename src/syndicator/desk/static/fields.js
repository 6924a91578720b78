// Text being written: kept in the tab until it is saved, counted by the server while it grows.

export function start(desk) {
  const { $, all, word, path } = desk;
  const who = desk.root.dataset.person;
  const key = (field) => `draft:${who}:${field.dataset.draft}:${field.name}`;
  let leaving = false;

  function store(field) {
    if (field.value === field.defaultValue) sessionStorage.removeItem(key(field));
    else sessionStorage.setItem(key(field), field.value);
  }
  function restore(field) {
    const kept = sessionStorage.getItem(key(field));
    if (kept === null || field.dataset.restored) return;
    if (kept === field.value) {
      // The desk has it now; or the browser has put it back by itself, and the desk has not.
      if (kept === field.defaultValue && !field.closest("form")?.querySelector("[aria-invalid]")) sessionStorage.removeItem(key(field));
      return;
    }
    field.value = kept;
    field.dataset.restored = "yes";
    const note = document.createElement("p");
    const drop = document.createElement("button");
    note.className = "hint";
    note.textContent = `${word("kept")} `;
    drop.type = "button";
    drop.className = "button quiet";
    drop.textContent = word("drop");
    drop.addEventListener("click", () => {
      field.value = field.defaultValue;
      sessionStorage.removeItem(key(field));
      note.remove();
      measure(field);
      field.focus();
    });
    note.append(drop);
    field.after(note);
    measure(field);
  }

  const counting = new WeakMap();
  function measure(field) {
    if (!field.dataset.measure) return;
    const before = counting.get(field);
    clearTimeout(before?.timer);
    before?.stop?.abort();
    const stop = new AbortController();
    counting.set(field, { stop, timer: setTimeout(() => count(field, stop), 200) });
  }
  async function count(field, stop) {
    const output = document.querySelector(`output[for~="${CSS.escape(field.id)}"]`);
    if (!output) return;
    const warning = field.form?.elements.namedItem("warning")?.value ?? "";
    const body = new URLSearchParams({ account: field.dataset.measure, text: field.value, warning, csrf: $("#csrf").content });
    try {
      const { answer, page } = await desk.ask(path("/parts/measure"), { method: "POST", body, signal: stop.signal });
      const fresh = $("output", page);
      if (!answer.ok || !fresh) return;
      output.className = fresh.className;
      output.replaceChildren(...fresh.childNodes);
    } catch (error) {
      if (error.name !== "AbortError") output.textContent = "";
    }
  }

  const unsaved = () => all("[data-draft]").some((field) => field.value !== field.defaultValue);
  function found() {
    all("[data-draft]").forEach(restore);
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset?.draft) store(field);
    if (field.name === "warning" && field.form) all("[data-measure]", field.form).forEach(measure);
    measure(field);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-logout]")) sessionStorage.clear();
    if (!event.defaultPrevented) leaving = true;
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && unsaved()) event.preventDefault(); });
  document.addEventListener("desk:swapped", found);
  found();
}
