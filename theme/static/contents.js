// Marks the section that is read in the list of contents. Without this module the list has links and no mark.
const list = document.querySelector(".contents");
const links = new Map();
for (const link of list?.querySelectorAll("a") ?? []) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, link);
}
let current;

// In the margin the list is open. Where the style sheet cannot see to that, this does.
const margin = matchMedia("(min-width: 79rem)");
const unfold = () => {
  for (const folded of list?.querySelectorAll("details") ?? []) folded.open = margin.matches;
};
margin.addEventListener("change", unfold);
unfold();

function mark() {
  const line = innerHeight / 3;
  let found;
  for (const heading of links.keys()) {
    if (heading.getBoundingClientRect().top > line) break;
    found = heading;
  }
  if (found === current) return;
  links.get(current)?.removeAttribute("aria-current");
  current = found;
  const link = links.get(current);
  link?.setAttribute("aria-current", "location");
  // Only the list scrolls: where it is folded or fits, nothing does.
  if (link && list.scrollHeight > list.clientHeight)
    list.scrollTop = link.offsetTop - list.offsetTop - list.clientHeight / 2;
}

if (links.size) {
  let isDue = false;
  const later = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      mark();
    });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  later();
}
