// Where on a sheet an image stands.

/** Return where on a sheet, in pixels of its file, the cell of `row` and `column` begins. */
export function cellOrigin({ group, gap, shape: [, height, width] }, row, column) {
  const gaps = group ? Math.floor(row / group) * gap : 0;
  return { x: column * width, y: row * height + gaps };
}

/** Return the row and column of the cell of `sheet` that is nearest to the pixel (x, y). */
export function cellAt(sheet, x, y) {
  const {
    rows,
    columns,
    group,
    gap,
    shape: [, height, width],
  } = sheet;
  const stride = group ? group * height + gap : height;
  const block = group ? Math.floor(y / stride) : 0;
  const within = group
    ? Math.min(Math.floor((y - block * stride) / height), group - 1)
    : Math.floor(y / height);
  const clamp = (value, count) => Math.min(Math.max(value, 0), count - 1);
  return { row: clamp(block * (group || 0) + within, rows), column: clamp(Math.floor(x / width), columns) };
}
