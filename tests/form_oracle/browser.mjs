// A window for form-js where there is no browser: jsdom, and the few things it lacks.
import { JSDOM } from 'jsdom';

process.env.TZ = 'Asia/Ho_Chi_Minh';

const dom = new JSDOM('<!doctype html><html><body></body></html>', { url: 'http://localhost/' });
const { window } = dom;

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}

class DataTransfer {
  items = { add() {} };
  files = null;
}

// "As soon as possible" is a millisecond or more for timers: too long a few hundred thousand times.
const later = globalThis.setTimeout, notLater = globalThis.clearTimeout;
globalThis.setTimeout = (callback, delay, ...args) =>
  delay > 1 ? later(callback, delay, ...args) : setImmediate(callback, ...args);
globalThis.clearTimeout = handle =>
  handle && handle.constructor.name === 'Immediate' ? clearImmediate(handle) : notLater(handle);

const soon = callback => setImmediate(() => callback(Date.now()));

for (const name of ['window', 'document', 'navigator', 'HTMLElement', 'Element', 'Node', 'Event',
  'KeyboardEvent', 'MouseEvent', 'CustomEvent', 'DOMParser', 'MutationObserver', 'File', 'Blob',
  'NodeFilter', 'DocumentFragment', 'HTMLInputElement', 'getComputedStyle', 'Text', 'NodeList',
  'HTMLCollection', 'HTMLTemplateElement', 'HTMLFormElement', 'NamedNodeMap', 'CSSStyleSheet']) {
  const value = name === 'window' ? window : window[name];
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
Object.assign(globalThis, {
  requestAnimationFrame: soon, cancelAnimationFrame: clearImmediate,
  ResizeObserver: Observer, IntersectionObserver: Observer, DataTransfer,
});
Object.assign(window, {
  requestAnimationFrame: soon, cancelAnimationFrame: clearImmediate,
  ResizeObserver: Observer, IntersectionObserver: Observer, DataTransfer,
});
window.HTMLElement.prototype.scrollIntoView = () => {};

/** Lets rendering and its effects run until nothing is left to do. */
export async function settle(turns = 40) {
  for (let i = 0; i < turns; i++) {
    await new Promise(done => setImmediate(done));
  }
}
