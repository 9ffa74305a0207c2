// What is kept on this phone: drafts of forms and vouchers, under one prefix, until sign-out. Nothing is sent
// from here; a draft goes out only when the person taps its button.
export const start = ({ find, all, on, say, make, root, toast }) => {
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem("tangga:" + key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem("tangga:" + key, JSON.stringify(value)); return true; } catch { return false; } },
    keys: (start) => Object.keys(localStorage).filter((key) => key.startsWith("tangga:" + start)).map((key) => key.slice(7)),
  };
  const time = (at) => new Date(at).toLocaleTimeString(root.lang, { hour: "2-digit", minute: "2-digit", hour12: false });

  let typing, typed;

  // ---- a page that the phone kept says so ----
  const stale = document.body.dataset.stale;
  if (stale) find("main").prepend(make("p", "hint info", say("stale", { time: time(stale) })));

  // ---- drafts on the phone: typed text is kept; only a tap sends it ----
  const draftKey = (form) => `draft:${form.dataset.draft}:${form.dataset.draftId || find("[name=idempotency_key]", form)?.value || location.pathname}`;
  const saveDraft = (form, waiting) => {
    const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    const title = fields.find(([name]) => name === (form.dataset.draftTitle || "customer_name"));
    const known = store.get(draftKey(form));
    const draft = { fields, title: title ? title[1].trim() : "", url: form.dataset.draftUrl || location.pathname, at: Date.now(), waiting: waiting || known?.waiting || false };
    if (!store.set(draftKey(form), draft)) return;
    const status = find("[data-draft-status]", form);
    if (status) status.textContent = say(navigator.onLine && !waiting ? "saved" : "offlineDraft", { time: time(draft.at) });
  };
  const holdBack = (form, quiet) => { form.dataset.held = ""; clearTimeout(typing); saveDraft(form, true); quiet || toast(say("offlineDraft")); showWaiting(); };
  on("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    clearTimeout(typing);
    if (form) typing = setTimeout(() => saveDraft(form), 400);
    typed = form;
  });
  on("pagehide", () => typed && saveDraft(typed), window);
  const fill = (form, draft) => {
    const seen = {};
    for (const [name, value] of draft.fields) {
      const inputs = all(`[name="${CSS.escape(name)}"]`, form), at = (seen[name] = (seen[name] ?? -1) + 1);
      const choice = inputs.find((input) => /radio|checkbox/.test(input.type) && input.value === value);
      if (choice) choice.checked = true; else if (inputs[at] && inputs[at].type !== "submit") inputs[at].value = value;
    }
  };
  const showWaiting = () => all("[data-waiting]").forEach((box) => {
    const form = find("form[data-draft]:not([data-hold])"), here = form && draftKey(form); // it is on the screen
    const drafts = store.keys("draft:").map((key) => [key, store.get(key)]).filter(([key, draft]) => draft?.waiting && key !== here);
    box.hidden = !drafts.length;
    box.classList.add("section");
    const list = make("ul", "card list");
    for (const [key, draft] of drafts) {
      const item = make("li", "row"), text = make("span", "row-body"), link = make("a", "link", say("review"));
      link.href = `${draft.url}#draft=${encodeURIComponent(key)}`;
      text.append(make("span", "row-title", say("deal", { name: draft.title || say("unnamed") })), make("span", "row-sub", say("notSent", { time: time(draft.at) })));
      item.append(text, link);
      list.append(item);
    }
    box.replaceChildren(make("h2", "", say("waiting")), list);
  });

  // ---- vouchers kept on the phone ----
  const keep = () => {
    const box = find("[data-keep]");
    const copied = box.cloneNode(true);
    all("button, form, a", copied).forEach((one) => one.remove());
    if (!store.set("voucher:" + box.dataset.keep, { html: copied.innerHTML, at: Date.now() })) return;
    showKept();
    navigator.serviceWorker?.register("/sw.js").catch(() => {}); // now, not seconds after the load: the promise is made here
  };
  const showKept = () => {
    const box = find("[data-keep]"), button = find("[data-keep-button]");
    if (box && button && store.get("voucher:" + box.dataset.keep)) {
      const done = make("p", "plainline", say("kept"));
      done.setAttribute("role", "status");
      button.replaceWith(done);
    }
    if (button) button.disabled = false; // before this script had come its tap would have been lost
    all("[data-kept]").forEach((list) => {
      const kept = store.keys("voucher:").map(store.get);
      list.hidden = !kept.length;
      const place = find("[data-kept-list]", list);
      place.replaceChildren(...kept.map((voucher) => Object.assign(make("article", "stack"), { innerHTML: voucher.html })));
    });
  };


  const forget = (form) => { typed = null; clearTimeout(typing); localStorage.removeItem("tangga:" + draftKey(form)); showWaiting(); };
  // The form of the offline page only keeps; each tap makes its own draft.
  on("submit", (event) => {
    const form = event.target.closest("form[data-hold]");
    if (!form) return;
    event.preventDefault();
    clearTimeout(typing);
    forget(form);
    form.dataset.draftId = "offline-" + Date.now();
    holdBack(form);
    form.reset();
    form.dataset.draftId = "offline";
  });
  on("click", (event) => { const button = event.target.closest?.("[data-keep-button]"); if (button) keep(); });
  const setUp = (box) => {
    const form = find("form[data-draft]", box);
    const asked = decodeURIComponent((location.hash.match(/^#draft=(.+)/) || [])[1] || "");
    const key = asked || (form?.matches("[data-hold]") ? draftKey(form) : "");
    const draft = key && store.get(key);
    if (form && draft) {
      fill(form, draft);
      form.dataset.draftId = key.split(":").slice(2).join(":");
      history.replaceState(null, "", location.pathname + location.search);
    }
    // What was typed before this script had come is kept as well.
    else if (form && all("input:not([type=file]), textarea", form).some((one) => one.value !== one.defaultValue)) saveDraft(typed = form);
    showWaiting();
    showKept();
  };
  on("hashchange", () => setUp(document), window);
  setUp(document);
  return { holdBack, forget, setUp };
};
