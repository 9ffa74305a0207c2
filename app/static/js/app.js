// What the pages add when scripts run. Every action works without it; nothing here decides anything.
(() => {
  "use strict";
  const root = document.documentElement, body = document.body;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (name, run, from = document) => from.addEventListener(name, run);
  const words = JSON.parse(body.dataset.words || "{}");
  const say = (key, values = {}) => (words[key] || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const make = (tag, cls, text) => Object.assign(document.createElement(tag), { className: cls || "", textContent: text || "" });
  root.classList.remove("no-js");

  // What is kept on this phone (drafts, vouchers) is in phone.js, fetched only where something can be kept.
  const kept = () => Object.keys(localStorage).filter((key) => key.startsWith("tangga:"));
  // The worker's shell stays: nothing in it is personal, and it is fetched only when the worker changes.
  const dropPages = () => window.caches?.keys().then((names) => names.forEach((name) => name.startsWith("tangga-pages") && caches.delete(name)));
  const clearPhone = () => { kept().forEach((key) => localStorage.removeItem(key)); dropPages(); };
  const person = body.dataset.person;
  if (person && localStorage["tangga:person"] !== person) {
    clearPhone();
    localStorage["tangga:person"] = person;
  }
  // Somebody signs in: the last person's pages are not for them.
  if (find("[name=password]")) dropPages();
  const tools = { find, all, on, say, make, root, toast: (text) => toast(text) };
  let phone;
  if (find("[data-draft], [data-keep], [data-kept], [data-stale]") || kept().length > 1) phone = import(body.dataset.phone).then((part) => part.start(tools));

  // ---- toasts ----
  const toasts = find("#toasts");
  const fade = (toast) => {
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    ["mouseenter", "focusin"].forEach((name) => on(name, stop, toast));
    ["mouseleave", "focusout"].forEach((name) => on(name, start, toast));
    start();
  };
  const countDown = (toast) => {
    const end = Date.now() + 1000 * toast.dataset.undo;
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0) return toast.remove();
      find("progress", toast).value = left;
      const sub = find("[data-sub]", toast);
      sub.textContent = sub.dataset.sub.replace("{seconds}", left);
      setTimeout(tick, 1000);
    };
    tick();
  };
  const adopt = (toast) => {
    if (toast.dataset.seen) return;
    toast.dataset.seen = 1;
    toast.dataset.undo ? countDown(toast) : fade(toast);
    all("[data-toast]", toasts).slice(0, -2).forEach((old) => old.remove());
  };
  const early = all(".toast", toasts);
  early.forEach((toast) => toast.remove());
  setTimeout(() => early.forEach((toast) => { toasts.append(toast); adopt(toast); }), 150);
  new MutationObserver(() => all(".toast", toasts).forEach(adopt)).observe(toasts, { childList: true });
  const toast = (text) => { const box = make("div", "toast"); box.dataset.toast = ""; box.append(make("p", "", text)); toasts.append(box); };

  // ---- the sheet ----
  const sheet = find("#sheet");
  on("click", (event) => {
    const box = sheet.getBoundingClientRect();
    const outside = event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right;
    if (event.target === sheet && event.detail && outside) sheet.close();
  }, sheet);
  on("close", () => { sheet.innerHTML = ""; }, sheet);
  on("sheet:close", () => sheet.open && sheet.close());

  // ---- requests: busy, errors beside what caused them, focus, title ----
  const problem = (near, content) => {
    const box = make("div", "hint bad");
    box.setAttribute("role", "alert");
    box.dataset.problem = "";
    if (typeof content === "string") box.append(make("p", "", content)); else box.append(...content);
    const form = near.closest("form") || near;
    const bar = find(".actionbar, .decisions", form);
    bar ? bar.before(box) : form.matches("form") ? form.prepend(box) : form.before(box);
    box.scrollIntoView({ block: "nearest" });
  };
  const release = (button) => {
    if (!button.dataset.was) return;
    button.innerHTML = button.dataset.was;
    delete button.dataset.was;
    button.removeAttribute("aria-busy");
  };
  const fragment = (text) => {
    const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-error-fragment]");
    return found && [...found.childNodes];
  };
  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (form.matches("[data-sign-out]")) clearPhone();
    if (form.matches("[data-hold]") || (event.defaultPrevented && !form.hasAttribute("hx-post"))) return;
    if (form.dataset.sent && !form.hasAttribute("hx-post")) return event.preventDefault();
    if (form.method === "post") form.dataset.sent = 1;
    if (button?.dataset.busy && !button.dataset.was && (navigator.onLine || !form.matches("[data-draft]"))) {
      button.dataset.was = button.innerHTML;
      button.setAttribute("aria-busy", "true");
      setTimeout(() => { if (button.dataset.was) { button.textContent = button.dataset.busy; } }, 60);
    }
  });
  on("pageshow", () => { all("[data-was]").forEach(release); all("[data-sent]").forEach((form) => delete form.dataset.sent); }, window);
  on("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    // Offline, or the draft was held back since: nothing leaves before the tap.
    if ((!navigator.onLine || find("form[data-held]")) && elt.matches("[data-quiet]")) return event.preventDefault();
    all("[data-problem]").forEach((box) => box.remove());
    if (!navigator.onLine && elt.matches("form[data-draft]")) {
      event.preventDefault();
      phone.then((part) => part.holdBack(elt));
      return all("[data-was]", elt).forEach(release);
    }
    root.classList.add("loading");
    target?.setAttribute("aria-busy", "true");
  });
  on("htmx:afterRequest", (event) => {
    const { elt, target, xhr } = event.detail;
    root.classList.remove("loading");
    target?.removeAttribute("aria-busy");
    // A button of the form may stand outside it, and outside what was swapped.
    if (event.detail.requestConfig?.elt.matches("form") && !xhr?.getResponseHeader("HX-Redirect")) all("[data-was]").forEach(release);
    if (xhr?.status > 199 && xhr.status < 400 && elt.matches("form[data-draft]")) phone.then((part) => part.forget(elt));
    // Signed out meanwhile.
    if (xhr?.status === 401 && find("form[data-draft]")) phone.then((part) => part.holdBack(find("form[data-draft]"), true));
  });
  on("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status === 429 && event.detail.requestConfig.elt.matches("[data-quiet]")) return Object.assign(event.detail, { shouldSwap: true, isError: false });
    const found = xhr.status >= 400 && fragment(xhr.responseText);
    if (found) { event.detail.shouldSwap = false; event.detail.isError = false; problem(event.detail.requestConfig.elt || elt, found); }
  });
  on("htmx:responseError", (event) => event.detail.elt.matches("[data-quiet]") || problem(event.detail.elt, fragment(event.detail.xhr.responseText) || say("failed")));
  on("htmx:sendError", (event) => event.detail.elt.matches("[data-quiet]") || (event.detail.elt.matches("form[data-draft]") ? phone.then((part) => part.holdBack(event.detail.elt)) : problem(event.detail.elt, say("failed"))));
  on("htmx:afterSwap", (event) => { if (event.detail.target === sheet && sheet.innerHTML.trim() && !sheet.open) sheet.showModal(); });
  on("htmx:afterSettle", (event) => {
    // What was replaced as a whole is gone: then the event comes from what took its place.
    const box = event.detail.target, stays = box?.isConnected && !box.matches("[role=status]"), prefix = say("error");
    const failed = find(".errsummary", stays ? box : event.target);
    const said = document.title, bare = said.startsWith(prefix) ? said.slice(prefix.length) : said;
    if (stays || failed) document.title = failed ? prefix + bare : bare;
    if (!stays) return;
    const goal = find("[data-goal]", box) || find("[data-focus]", box);
    if (goal) goal.focus();
    else if (!document.activeElement || document.activeElement === body) find("h1, h2", box)?.focus();
    network();
    phone?.then((part) => part.setUp(box));
  });

  // ---- small controls ----
  on("click", (event) => {
    const near = (selector) => event.target.closest?.(selector);
    let hit;
    if ((hit = near("[data-close-sheet]"))) { event.preventDefault(); sheet.close(); }
    else if ((hit = near("[data-copy]"))) copy(hit);
    else if ((hit = near("[data-step]"))) {
      const input = find("input", hit.closest("[data-stepper]"));
      const value = (parseInt(input.value, 10) || 0) + Number(hit.dataset.step);
      input.value = Math.min(Number(input.max || 1e9), Math.max(Number(input.min || 0), value));
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else if ((hit = near("[data-network]")) && !navigator.onLine) event.preventDefault();
  });
  const copy = async (button) => {
    const source = find(button.dataset.copy);
    try { await navigator.clipboard.writeText(source.textContent.trim()); }
    catch { getSelection().selectAllChildren(source); document.execCommand("copy"); }
    const label = find("[aria-live]", button) || button, text = label.textContent;
    if (text === button.dataset.copied) return;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = text; }, 2500);
  };
  on("change", (event) => event.target.form?.matches("[data-autosubmit]") && event.target.form.requestSubmit());
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || sheet.open || event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key !== "/" && !find("[data-keys]")) return;
    const key = event.key.toUpperCase();
    const hit = all("[data-key]").find((one) => one.dataset.key === key && one.checkVisibility?.() !== false && one.getClientRects().length);
    if (!hit) return;
    event.preventDefault();
    hit.matches("input") ? hit.focus() : hit.click();
  });

  // ---- with and without network ----
  if (find("[data-wake-lock]")) navigator.wakeLock?.request("screen").catch(() => {});
  const network = () => {
    const strip = find("[data-offline] > span");
    if (strip) { strip.hidden = navigator.onLine; find("[data-offline-text]").textContent = navigator.onLine ? "" : say(find("form[data-draft]:not([data-hold])") ? "offlineDraft" : "offline"); }
    all("[data-network]").forEach((one) => (navigator.onLine ? one.removeAttribute("aria-disabled") : one.setAttribute("aria-disabled", "true")));
  };
  ["online", "offline"].forEach((name) => on(name, network, window));

  ["pageswap", "pagereveal"].forEach((name) => on(name, ({ viewTransition: move }) => [move?.ready, move?.finished].forEach((done) => done?.catch(() => {})), window));
  all(".queue [aria-current], .chips > [aria-current]").forEach((one) => one.scrollIntoView({ block: "nearest" }));
  network();
  if (body.dataset.person && navigator.serviceWorker) on("load", () => setTimeout(() => navigator.serviceWorker.register("/sw.js").catch(() => {}), 4000), window);
})();
