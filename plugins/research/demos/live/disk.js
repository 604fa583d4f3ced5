// In pages with relative addresses: says why figures are static where such a page is opened as a file.
if (location.protocol === "file:") {
  const said = SENTENCES;
  /** @type {NodeListOf<HTMLElement>} */
  const lines = document.querySelectorAll(".research-demo-panel > p");
  for (const sentence of lines) {
    sentence.textContent = said[sentence.parentElement.lang] ?? said.en;
    sentence.style.blockSize = "auto"; // it is longer than what the panel has room for otherwise
  }
}
