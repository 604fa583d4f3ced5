// Shows a reference beside its citation: on hover, on focus, and on a first tap. Without this module a
// citation is a link to its reference, and with it that is what a click, Enter or a second tap does.
const DELAY = 200; // milliseconds until a preview opens or closes: time to pass over it, and to reach it

const preview = Object.assign(document.createElement("div"), {
  id: "citation-preview",
  className: "citation-preview",
  popover: "auto",
});
preview.setAttribute("role", "tooltip");
let shown; // the link whose reference is shown
let timer;
let pointer = "mouse";

if (preview.showPopover) {
  (document.querySelector('main, [role="main"]') ?? document.body).append(preview);
  for (const link of document.querySelectorAll('a[role="doc-biblioref"]')) prepare(link);
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

function open(link) {
  clearTimeout(timer);
  const reference = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!reference || shown === link) return;
  close();
  preview.replaceChildren(...[...reference.childNodes].map((node) => node.cloneNode(true)));
  for (const part of preview.querySelectorAll(".backlinks")) part.remove();
  for (const part of preview.querySelectorAll("[id]")) part.removeAttribute("id");
  link.setAttribute("aria-describedby", preview.id);
  preview.showPopover();
  place(link);
  shown = link;
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
