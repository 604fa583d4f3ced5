// Searches the index that Pagefind has made of the site, piece by piece, as words are typed. Without this module the
// page lists all posts.
const SHOWN = 10; // results that are fetched at a time
const form = document.querySelector("form.search");
const field = form.querySelector("input");
const list = document.querySelector(".found");
const status = document.querySelector("[role=status]");
const posts = document.querySelectorAll(".year");
let index; // the promise of Pagefind
let latest = 0;

form.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("focus", load, { once: true });
field.addEventListener("input", () => search(field.value.trim()));
field.value = new URLSearchParams(location.search).get("q") ?? "";
if (field.value) search(field.value.trim());

async function load() {
  index ??= import(new URL(form.dataset.index, document.baseURI).href).then(async (pagefind) => {
    // A strict Content Security Policy trusts no address of a worker.
    await pagefind.options({ noWorker: true, excerptLength: 28 });
    return pagefind;
  });
  return index;
}

async function search(words) {
  const own = ++latest;
  history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : location.pathname);
  for (const part of posts) part.hidden = Boolean(words);
  if (!words) {
    list.replaceChildren();
    status.textContent = "";
    return;
  }
  const pagefind = await load();
  const found = await pagefind.debouncedSearch(words, {}, 150);
  if (!found || own !== latest) return; // other words have been typed meanwhile
  list.replaceChildren();
  status.classList.toggle("spoken", found.results.length > 0);
  status.textContent = found.results.length ? String(found.results.length) : form.dataset.none;
  await show(found.results, own);
}

/** Show the first of `results`, and a button for those behind them. */
async function show(results, own) {
  const found = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
  if (own !== latest) return;
  list.append(...found.map(entry));
  if (results.length <= SHOWN) return;
  const item = document.createElement("li");
  const more = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: form.dataset.more,
  });
  more.addEventListener("click", () => {
    item.remove();
    show(results.slice(SHOWN), own);
  });
  item.append(more);
  list.append(item);
}

function entry({ url, meta, excerpt, sub_results: parts }) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: url, textContent: meta.title });
  const text = document.createElement("p");
  text.append(...marked(excerpt));
  item.append(link, text);
  const sections = (parts ?? []).filter((part) => part.url !== url).slice(0, 3);
  if (sections.length) {
    const inner = document.createElement("ul");
    for (const { url, title } of sections) {
      const place = document.createElement("li");
      place.append(Object.assign(document.createElement("a"), { href: url, textContent: title }));
      inner.append(place);
    }
    item.append(inner);
  }
  return item;
}

/** Return the nodes of an excerpt, in which the words found are marked: text, since Trusted Types take no HTML. */
function marked(excerpt) {
  return excerpt.split(/(<mark>.*?<\/mark>)/).map((part) => {
    const text = part
      .replace(/<[^>]*>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&");
    if (!part.startsWith("<mark>")) return text;
    return Object.assign(document.createElement("mark"), { textContent: text });
  });
}
