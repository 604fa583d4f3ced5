// Files on their way to the page, shared by the figures that need them, and given up when nobody waits for them.

/** Why something cannot be shown: `code` names a sentence of the words, `values` fill it. */
export class Failure extends Error {
  constructor(code, values) {
    super(code);
    Object.assign(this, { code, values });
  }
}

const files = new Map();

/** Return the bytes of the file at `url` for a job, which has a list of `files`, and the number of its `attempt`. */
export function bytesAt(url, job) {
  let file = files.get(url);
  if (!file) {
    file = { got: 0, jobs: new Set(), controller: new AbortController() };
    file.bytes = download(url, file, job.attempt);
    file.bytes.catch(() => files.delete(url)); // the next who asks tries again
    files.set(url, file);
  }
  file.jobs.add(job);
  job.files.push(file);
  return file.bytes;
}

/** Return how many bytes of the files of a job have come. */
export const progress = (job) => job.files.reduce((sum, { got }) => sum + got, 0);

/** Give up a job, and the files that no other waits for. */
export function cancel(job) {
  for (const { jobs, controller } of job.files) {
    jobs.delete(job);
    if (!jobs.size) controller.abort();
  }
}

/** Return the failure of a file that is not what it should be, and forget the file. */
export function broken(url) {
  files.delete(url);
  return new Failure("broken", { file: nameOf(url) });
}

const nameOf = (url) => url.split("/").pop();

async function download(url, file, attempt) {
  let response;
  try {
    // What was wrong the last time must not come from the browser's cache.
    response = await fetch(url, { signal: file.controller.signal, cache: attempt ? "reload" : "default" });
    if (response.ok) {
      const counter = new TransformStream({
        transform(chunk, stream) {
          file.got += chunk.length;
          stream.enqueue(chunk);
        },
      });
      return await new Response(response.body.pipeThrough(counter)).arrayBuffer();
    }
  } catch {
    const { origin } = new URL(url);
    const isForeign = origin !== location.origin;
    throw new Failure(!navigator.onLine ? "offline" : isForeign ? "foreign" : "unreachable", { origin });
  }
  throw new Failure("refused", { status: response.status, file: nameOf(url) });
}
