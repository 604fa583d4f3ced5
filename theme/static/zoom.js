// Shows an image as large as the window when it is pressed. Images that are links or parts of figures of a model
// have a press of their own.
const { close, zoom } = document.querySelector("main").dataset;
let dialog;

for (const image of document.querySelectorAll(".prose img")) {
  if (image.closest("a, button, .research-demo") || image.getAttribute("alt") === "") continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "zoom" });
  button.setAttribute("aria-label", `${zoom}: ${image.alt}`);
  button.addEventListener("click", () => open(image));
  image.replaceWith(button);
  button.append(image);
}

function open(image) {
  dialog ??= made();
  const shown = image.cloneNode();
  for (const name of ["id", "class", "loading", "width", "height"]) shown.removeAttribute(name);
  dialog.querySelector("img").replaceWith(shown);
  dialog.setAttribute("aria-label", image.alt);
  dialog.showModal();
}

function made() {
  const made = Object.assign(document.createElement("dialog"), { className: "zoomed" });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: close });
  made.append(button, document.createElement("img"));
  made.addEventListener("click", () => made.close());
  document.body.append(made);
  return made;
}
