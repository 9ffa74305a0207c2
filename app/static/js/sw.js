// Keeps the shell, so that a draft can be typed and a kept voucher shown without network, and the last pages that the
// server marks as readable offline (X-Offline names the person: home, deals, orders, courses that were begun). Vendor
// pages and quizzes carry no mark, and nothing that is sent is ever stored.
const CACHE = "tangga-shell-/* version */", PAGES = "tangga-pages-";
const SHELL = [/* shell */];
const MOST = 40, COURSES = 2, PATIENCE = 3000;

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

// Somebody leaves, or somebody else comes, perhaps in another tab: what was asked for before is not kept any more.
let turn = 0;
const leave = async () => {
  turn += 1;
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
};
const courseOf = (url) => new URL(url, location).pathname.match(/^\/training\/([^/]+)/)?.[1];
// Of the courses the last two stay, each as a whole; of all other pages the last forty.
const keep = async (url, response) => {
  const person = PAGES + response.headers.get("X-Offline"), course = courseOf(url);
  for (const other of await caches.keys()) if (other.startsWith(PAGES) && !other.startsWith(person)) await caches.delete(other);
  const cache = await caches.open(course ? person + "/courses" : person);
  await cache.delete(url);
  await cache.put(url, response);
  const pages = await cache.keys();
  const last = [...new Set(pages.map((page) => courseOf(page.url)).filter(Boolean).reverse())].slice(0, COURSES);
  const gone = course ? pages.filter((page) => courseOf(page.url) && !last.includes(courseOf(page.url))) : pages.slice(0, -MOST);
  for (const page of gone) await cache.delete(page);
  return cache;
};
// The page for no signal was kept in the language of the sign-in page; it speaks that of the person's pages.
const speak = async (language) => {
  const shell = await caches.open(CACHE), said = await shell.match("/offline");
  if (language && said?.headers.get("Content-Language") !== language) await shell.add("/offline");
};
// A page of a course asks for the others, one after the other: each with the pictures, styles and scripts that it shows.
const SHOWN = / src="(\/training\/[^"]+\/files\/[^"]+)"| (?:href|src)="(\/static\/(?:css|js)\/[^"]+)"/g;
const keepAll = async (urls, person) => {
  const place = PAGES + person + "/courses";
  await caches.open(place);
  for (const url of urls) {
    const response = await fetch(url);
    if (response.headers.get("X-Offline") !== person) continue;
    const html = await response.clone().text();
    if (!(await caches.has(place))) return; // signed out meanwhile
    const cache = await keep(url, response);
    for (const [, picture, file] of html.matchAll(SHOWN)) {
      if (await caches.match(picture || file)) continue;
      if (file) await cache.delete(file, { ignoreSearch: true });
      await cache.add(picture || file).catch(() => {});
    }
  }
};
self.addEventListener("message", (event) => {
  const { course, person } = event.data;
  if (course) event.waitUntil(keepAll(course, person).catch(() => {}).then(() => event.source?.postMessage("kept")));
});
// A kept page says of itself that it is one, and from when.
const kept = async (url) => {
  const found = await caches.match(url);
  if (!found) return;
  const at = found.headers.get("Date"), page = await found.text();
  return new Response(page.replace("<body ", `<body data-stale="${at}" `), { headers: { "Content-Type": "text/html; charset=utf-8" } });
};
const visit = async (event) => {
  const url = event.request.url, begun = turn;
  const answer = fetch(event.request).then(async (response) => {
    if (response.ok && begun === turn && response.headers.has("X-Offline"))
      event.waitUntil(Promise.all([keep(url, response.clone()), speak(response.headers.get("Content-Language")).catch(() => {})]));
    return response;
  });
  const late = new Promise((done) => setTimeout(done, PATIENCE)).then(() => kept(url)).then((page) => page || answer);
  try { return await Promise.race([answer, late]); }
  catch { return (await kept(url)) || (await caches.match("/offline")) || Response.error(); }
};
// What goes on in a course, and the page that it was sent from: a tap that finds no line after all leads back there.
// What another site sends is not ours to fetch.
const GO_ON = /^\/training\/[^/]+(?=\/start$)|^\/training\/[^/]+\/parts\/\d+$/;
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname === (request.method === "GET" ? "/sign-in" : "/sign-out")) event.waitUntil(leave());
  if (request.method !== "GET") {
    const [from] = (request.mode === "navigate" && request.referrer.startsWith(location.origin + "/") && url.pathname.match(GO_ON)) || [];
    if (from) event.respondWith(fetch(request).catch(() => Response.redirect(from, 303)));
  } else if (SHELL.includes(url.pathname + url.search)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(visit(event));
  } else if (/^\/(static\/(css|js)|training\/[^/]+\/files)\//.test(url.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) || Response.error()));
  }
});
