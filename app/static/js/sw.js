// Keeps the shell, so that a draft can be typed and a kept voucher shown without network, and the last pages that the
// server marks as readable offline (X-Offline names the person: home, deals, orders). Vendor pages carry no mark,
// and nothing that is sent is ever stored.
const CACHE = "tangga-shell-/* version */", PAGES = "tangga-pages-";
const SHELL = [/* shell */];
const MOST = 40, PATIENCE = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const keep = async (url, response) => {
  const name = PAGES + response.headers.get("X-Offline");
  for (const other of await caches.keys()) if (other.startsWith(PAGES) && other !== name) await caches.delete(other);
  const cache = await caches.open(name);
  await cache.delete(url);
  await cache.put(url, response);
  const [oldest, ...rest] = await cache.keys();
  if (rest.length >= MOST) await cache.delete(oldest);
};
// A kept page says of itself that it is one, and from when.
const kept = async (url) => {
  const found = await caches.match(url);
  if (!found) return;
  const at = found.headers.get("Date"), page = await found.text();
  return new Response(page.replace("<body ", `<body data-stale="${at}" `), { headers: { "Content-Type": "text/html; charset=utf-8" } });
};
const visit = async (event) => {
  const url = event.request.url;
  const answer = fetch(event.request).then(async (response) => {
    if (response.ok && response.headers.has("X-Offline")) event.waitUntil(keep(url, response.clone()));
    return response;
  });
  const late = new Promise((done) => setTimeout(done, PATIENCE)).then(() => kept(url)).then((page) => page || answer);
  try { return await Promise.race([answer, late]); }
  catch { return (await kept(url)) || (await caches.match("/offline")) || Response.error(); }
};
self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (SHELL.includes(url.pathname + url.search)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(visit(event));
  }
});
