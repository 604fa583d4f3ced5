// The sentences of a figure, which the build sends in the language of the post.

/** Return `template` with each {name} replaced by that of `values`. */
export const fill = (template, values = {}) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Return `words`, a text or several, as one sentence, without those that are empty. */
export function sentence(words) {
  const text = [words].flat().filter(Boolean).join(", ");
  return text && text[0].toLocaleUpperCase() + text.slice(1);
}
