// An image of the reader's own, from a file, the clipboard or dropped on the figure. It is read in the page and sent
// nowhere.

//: The share of ink above which the edges of an image are taken for its ground, and the image for dark on light.
const LIGHT = 0.5;

/** Return a button that asks for a file; `onimage` gets grey values from 0 to 1, row by row, of the size of the sheet. */
export function ownImage(stage, { button, element }, onimage) {
  const { host, sheet } = stage;
  const [, height, width] = sheet.shape;
  const isInk = sheet.image.classList.contains("research-demo-ink");
  const take = stage.task(async (_, file) => {
    if (!file) return;
    const found = await grey(file, width, height).catch(() => null);
    if (!found) return stage.say(stage.word("no_image"));
    await onimage(isInk ? asInk(found, width) : found);
    stage.say(stage.word("kept"));
  });
  const input = element("input", { type: "file", accept: "image/*", hidden: true });
  input.onchange = () => take(input.files[0]);
  const made = button(stage.word("own"), () => input.click());
  made.title = stage.word("kept");
  const given = ({ files, items }) =>
    files[0] ?? [...items].find(({ type }) => type.startsWith("image/"))?.getAsFile();
  // Until it is active, a figure leaves what is pasted and dropped to the page.
  const isActive = () => "active" in host.dataset;
  host.addEventListener("dragover", (event) => isActive() && event.preventDefault());
  host.addEventListener("drop", (event) => {
    if (!isActive()) return;
    event.preventDefault();
    take(given(event.dataTransfer));
  });
  document.addEventListener("paste", (event) => {
    const hasFocus = host.contains(document.activeElement) || host.matches(":hover");
    const file = isActive() && hasFocus && given(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  return made;
}

/** Return the image in `file` as grey values, as large as fits, in the middle of a grid that its edges fill. */
async function grey(file, width, height) {
  const bitmap = await createImageBitmap(file);
  const share = Math.min(width / bitmap.width, height / bitmap.height);
  const [across, down] = [bitmap.width * share, bitmap.height * share];
  const paper = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  paper.imageSmoothingQuality = "high";
  // Where the image does not reach, its edges go on.
  paper.drawImage(bitmap, 0, 0, width, height);
  if (Math.round(across) !== width || Math.round(down) !== height) {
    const edges = outermost(luminance(paper, width, height), width);
    paper.fillStyle = `rgb(${Array(3).fill(Math.round(255 * edges))})`;
    paper.fillRect(0, 0, width, height);
    paper.drawImage(bitmap, (width - across) / 2, (height - down) / 2, across, down);
  }
  return luminance(paper, width, height);
}

/** Return the grey values of what is on `paper`; what is transparent is white. */
function luminance(paper, width, height) {
  const { data } = paper.getImageData(0, 0, width, height);
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [red, green, blue, alpha] = data.subarray(4 * i, 4 * i + 4);
    const value = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    return value * (alpha / 255) + 1 - alpha / 255;
  });
}

/** Return the mean of the outermost values. */
function outermost(values, width) {
  const height = values.length / width;
  const isEdge = (i) => i < width || i >= (height - 1) * width || i % width === 0 || i % width === width - 1;
  const edges = values.filter((_, i) => isEdge(i));
  return edges.reduce((sum, value) => sum + value, 0) / edges.length;
}

/** Return `values` as ink on paper: turned round where the ground is light, with full contrast. */
export function asInk(values, width) {
  const ground = outermost(values, width);
  const ink = ground > LIGHT ? values.map((value) => 1 - value) : values;
  const paper = ground > LIGHT ? 1 - ground : ground;
  const most = ink.reduce((largest, value) => Math.max(largest, value), 0);
  return ink.map((value) => Math.max(0, value - paper) / Math.max(most - paper, 1e-6));
}
