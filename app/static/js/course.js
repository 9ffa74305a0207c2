// A course on the phone: asks the worker for its parts, says so once every one is there, and lets one read on without
// signal. What is read then waits on the phone and goes along with the next tap that has signal; nothing is sent by itself.
(() => {
  "use strict";
  const form = document.querySelector("form[data-course]"), find = (selector) => document.querySelector(selector);
  if (!form) return;
  const { course, marks, edition } = form.dataset, words = JSON.parse(form.dataset.words);
  const start = "/training/" + course, part = (number) => `${start}/parts/${number}`, key = "tangga:course:" + course;
  const told = find("[data-told]"), bar = find(".segs.parts"), saved = find("[data-saved]");

  // ---- what was read without signal waits until a page fresh from the server says that it is done ----
  const known = JSON.parse(localStorage[key] || "null"), stale = known && document.body.dataset.stale;
  const done = stale ? known.done : form.dataset.done.split(" ").map(Number);
  const label = stale || !bar ? known?.label : bar.getAttribute("aria-label");
  const waiting = (known?.waiting || []).filter((number) => number <= form.dataset.parts && !done.includes(number));
  const store = () => (waiting.length ? (localStorage[key] = JSON.stringify({ done, label, waiting })) : localStorage.removeItem(key));
  if (known) {
    store();
    if (bar) bar.setAttribute("aria-label", label);
    [...(bar?.children || [])].forEach((one, at) => { one.className = done.includes(at + 1) ? "done" : waiting.includes(at + 1) || at + 1 === +marks ? "now" : ""; });
    const list = new Intl.ListFormat(document.documentElement.lang).format(waiting.map((number) => words.part.replace("{number}", number)));
    if (waiting.length) told.textContent = words.waiting.replace("{parts}", list);
    waiting.forEach((value) => form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "before", value })));
  }
  // The page of the course goes on with the first part that was read neither here nor before, and its button says so.
  const read = (number) => done.includes(number) || waiting.includes(number);
  const numbers = Array.from({ length: +form.dataset.parts }, (_, at) => at + 1);
  const unread = !marks && numbers.find((number) => !read(number)), goes = unread || +form.dataset.goes; // 0 after the last part
  if (goes !== +form.dataset.goes) {
    const title = find(`main a[href="${part(goes)}"] .row-title`).textContent.trim();
    find("form[data-course] [type=submit]").textContent = words.goes.replace("{number}", goes).replace("{title}", () => title);
  }
  // A kept page means that there was no line, whatever the phone believes: go on by what is here, and send from a fresh one.
  form.addEventListener("submit", async (event) => {
    const online = navigator.onLine;
    if (online && !(document.body.dataset.stale && goes)) return;
    event.preventDefault();
    if (!goes) { told.textContent = words.last; return; }
    if (!(await caches.match(part(goes)))) return online ? form.submit() : (told.textContent = words.missing);
    if (marks && !read(+marks)) { waiting.push(+marks); store(); }
    location.assign(part(goes));
  });

  // ---- kept on this phone: looked up, not assumed ----
  if (!saved || !window.caches || !navigator.serviceWorker) return;
  const lacking = async () => {
    const found = [];
    for (const url of [start, ...numbers.map(part)]) {
      const page = await caches.match(url);
      if (!page || !(await page.text()).includes(`data-edition="${edition}"`)) found.push(url);
    }
    saved.hidden = found.length > 0;
    return found;
  };
  navigator.serviceWorker.onmessage = navigator.serviceWorker.oncontrollerchange = lacking;
  window.addEventListener("load", async () => {
    const urls = await lacking();
    if (!urls.length || !navigator.onLine || navigator.connection?.saveData) return;
    await navigator.serviceWorker.register("/sw.js"); // now, not seconds later: it is the course in one's hand
    const worker = (await navigator.serviceWorker.ready).active;
    if (worker.state !== "activated") await new Promise((done) => { worker.onstatechange = done; }); // it clears what was kept before
    worker.postMessage({ course: urls, person: document.body.dataset.person });
  });
})();
