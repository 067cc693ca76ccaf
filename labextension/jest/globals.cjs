// jsdom has none of these; JupyterLab's packages look them up when they are imported.
const { TextDecoder, TextEncoder } = require('node:util');
const { ReadableStream } = require('node:stream/web');

Object.assign(globalThis, {
  TextDecoder: globalThis.TextDecoder ?? TextDecoder,
  TextEncoder: globalThis.TextEncoder ?? TextEncoder,
  ReadableStream: globalThis.ReadableStream ?? ReadableStream,
  DragEvent: globalThis.DragEvent ?? class DragEvent {},
  fetch: globalThis.fetch ?? (() => Promise.reject(new Error('no network'))),
  Headers: globalThis.Headers ?? Map,
  Request: globalThis.Request ?? class Request {}
});

if (typeof window !== 'undefined') {
  // jsdom knows the element and not what it does.
  HTMLDialogElement.prototype.showModal ??= function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function () {
    this.open = false;
  };
  window.matchMedia ??= () => ({
    matches: false,
    addListener: () => undefined,
    removeListener: () => undefined
  });
}
