// In a page that is one file: what its scripts ask for lies in the page, by name.
(() => {
  const files = JSON.parse(document.getElementById("research-files").textContent);
  const find = (url) => files[String(url).split(/[?#]/)[0].split("/").pop()];
  const bytes = (base64) => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const { fetch, Worker } = globalThis;
  globalThis.fetch = async (url, options) => {
    const file = find(url);
    return file ? new Response(bytes(file)) : fetch(url, options);
  };
  const address = (file) => URL.createObjectURL(new Blob([bytes(file)], { type: "text/javascript" }));
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      const file = find(url);
      super(file ? address(file) : url, file ? {} : options);
    }
  };
})();
