// An image of the reader's own, from a file, the clipboard or dropped on the figure. It is read in the page and sent
// nowhere.

//: The share of ink above which the edges of an image are taken for its ground, and the image for dark on light.
const LIGHT = 0.5;

/** Return a button that asks for a file; `onimage` gets values from 0 to 1 in the shape of the images of the sheet. */
export function ownImage(stage, { button, element }, onimage) {
  const { host, sheet } = stage;
  const [channels, height, width] = sheet.shape;
  const isInk = sheet.image.classList.contains("research-demo-ink");
  const take = stage.task(async (_, file) => {
    if (!file) return;
    const found = await read(file, channels, height, width).catch(() => null);
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

/** Return the image in `file`, (C, H, W), as large as fits, in the middle of a grid that its edges fill. */
async function read(file, channels, height, width) {
  const bitmap = await createImageBitmap(file);
  const share = Math.min(width / bitmap.width, height / bitmap.height);
  const [across, down] = [bitmap.width * share, bitmap.height * share];
  const paper = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  paper.imageSmoothingQuality = "high";
  // Where the image does not reach, its edges go on.
  paper.drawImage(bitmap, 0, 0, width, height);
  if (Math.round(across) !== width || Math.round(down) !== height) {
    const edges = colours(paper, height, width).map((values) => Math.round(255 * outermost(values, width)));
    paper.fillStyle = `rgb(${edges})`;
    paper.fillRect(0, 0, width, height);
    paper.drawImage(bitmap, (width - across) / 2, (height - down) / 2, across, down);
  }
  const found = colours(paper, height, width);
  return channels === 1 ? grey(found) : Float32Array.from(found.flatMap((values) => [...values]));
}

/** Return red, green and blue of what is on `paper`, (H, W) each; what is transparent is white. */
function colours(paper, height, width) {
  const { data } = paper.getImageData(0, 0, width, height);
  return [0, 1, 2].map((channel) =>
    Float32Array.from({ length: width * height }, (_, i) => {
      const alpha = data[4 * i + 3] / 255;
      return (data[4 * i + channel] / 255) * alpha + 1 - alpha;
    }),
  );
}

/**
 * Return the luminance of colours.
 *
 * @param {Float32Array[]} colours
 */
function grey([red, green, blue]) {
  return red.map((value, i) => 0.2126 * value + 0.7152 * green[i] + 0.0722 * blue[i]);
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
