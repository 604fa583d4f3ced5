// Shows what a link within the page leads to beside the link: a reference, a footnote, a figure, a table, a theorem,
// a formula. It opens on hover, on focus, and on a first tap. Without this module such a link is a link, and with it
// that is what a click, Enter or a second tap does.
const DELAY = 200; // milliseconds until a preview opens or closes: time to pass over it, and to reach it
const LINKS =
  'a[href^="#"]:not([role="doc-backlink"], [data-demo-state], .footnote-backref, .anchor, .headerlink, nav a)';
const MATTER =
  "figure, table, aside, dd, li, blockquote, .research-theorem, .admonition, mjx-container, math, pre";
const SECTIONS = "h1, h2, h3, h4, h5, h6, section, .section, article, main";

const preview = Object.assign(document.createElement("div"), {
  id: "research-preview",
  className: "research-preview",
  popover: "auto",
});
preview.setAttribute("role", "tooltip");
const main = document.querySelector('main, [role="main"]') ?? document.body;
let shown; // the link whose target is shown
let timer;
let pointer = "mouse";

if (preview.showPopover) {
  main.append(preview);
  for (const link of main.querySelectorAll(LINKS)) if (matter(link)) prepare(link);
  preview.addEventListener("toggle", ({ newState }) => newState === "closed" && forget());
  preview.addEventListener("pointerenter", () => clearTimeout(timer));
  preview.addEventListener("pointerleave", () => later(close));
  addEventListener("resize", close);
}

function prepare(link) {
  link.addEventListener("pointerdown", (event) => (pointer = event.pointerType));
  link.addEventListener(
    "pointerenter",
    ({ pointerType }) => pointerType === "mouse" && later(() => open(link)),
  );
  link.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && later(close));
  link.addEventListener("focus", () => link.matches(":focus-visible") && open(link));
  link.addEventListener("blur", () => later(close));
  link.addEventListener("click", (event) => {
    const isFirstTap = pointer === "touch" && shown !== link;
    if (isFirstTap) event.preventDefault();
    isFirstTap ? open(link) : close();
  });
}

/** Return what is shown of the target of `link`; nothing of a section, of which a preview says nothing. */
function matter(link) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target || target.matches(SECTIONS) || target.contains(link)) return null;
  // Of a formula and of a listing, the id may be deep inside.
  const whole =
    target.closest("mjx-container") ??
    target.closest(MATTER) ??
    (target.matches("img, svg, video") ? target : target.querySelector(MATTER));
  return whole && !whole.contains(link) && main.contains(whole) ? whole : null;
}

function open(link) {
  clearTimeout(timer);
  const found = matter(link);
  if (!found || shown === link) return;
  close();
  const copy = inert(found);
  const isList = copy.matches("li, dd, aside");
  preview.replaceChildren(...(isList ? copy.childNodes : [copy]));
  link.setAttribute("aria-describedby", preview.id);
  preview.showPopover();
  place(link);
  shown = link;
}

/** Return a copy of `found` that has no ids and no controls: it is looked at, and nothing else. */
function inert(found) {
  const copy = document.createElement("template").content.appendChild(found.cloneNode(true));
  for (const part of copy.querySelectorAll(
    ".backlinks, .footnote-backref, .fn-backref, button, .research-demo-panel",
  ))
    part.remove();
  for (const part of copy.querySelectorAll("research-demo")) part.replaceWith(...part.childNodes);
  for (const part of copy.querySelectorAll("canvas, .research-demo-over")) part.remove();
  for (const part of [copy, ...copy.querySelectorAll("[id], [tabindex], [style]")])
    for (const name of ["id", "tabindex", "style"]) part.removeAttribute(name);
  return copy;
}

function place(link) {
  const gap = 6;
  const line = link.getClientRects()[0];
  const { width, height } = preview.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = line.bottom + gap;
  const fits = below + height <= clientHeight || line.top < height + gap;
  preview.style.left = `${Math.max(gap, Math.min(line.left, clientWidth - width - gap))}px`;
  preview.style.top = `${fits ? below : line.top - gap - height}px`;
}

function close() {
  clearTimeout(timer);
  if (preview.matches(":popover-open")) preview.hidePopover();
  forget();
}

function forget() {
  shown?.removeAttribute("aria-describedby");
  shown = undefined;
}

function later(act) {
  clearTimeout(timer);
  timer = setTimeout(act, DELAY);
}
