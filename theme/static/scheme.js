// The colour scheme that a reader has chosen, before anything is painted; and the list to choose it from.
// It is loaded without “defer”, since a page in the other scheme would flash.
{
  const KEY = "color-scheme";
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem(KEY) ?? "";
    } catch {
      return ""; // storage may be forbidden
    }
  };
  const show = (scheme) => {
    scheme ? root.setAttribute("data-theme", scheme) : root.removeAttribute("data-theme");
    for (const tag of document.querySelectorAll('meta[name="theme-color"]')) {
      tag.dataset.media ??= tag.media;
      tag.media = scheme ? (tag.dataset.media.includes(scheme) ? "all" : "not all") : tag.dataset.media;
    }
    for (const list of document.querySelectorAll(".scheme select")) list.value = scheme;
  };
  show(read());
  addEventListener("DOMContentLoaded", () => show(read()));
  addEventListener("storage", ({ key }) => key === KEY && show(read()));
  addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLSelectElement) || !target.closest(".scheme")) return;
    try {
      localStorage.setItem(KEY, target.value);
    } catch {
      // then the choice holds for this page
    }
    show(target.value);
  });
}
