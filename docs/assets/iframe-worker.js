// Search runs in a worker, and Chromium starts none from a file: there it is a hidden frame that behaves like one.
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.src = "about:blank";
      document.documentElement.append(frame);
      const inner = (this.inner = frame.contentWindow);
      inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", {data}));
      const script = inner.document.createElement("script");
      script.src = url;
      script.onload = () => {
        const waiting = this.waiting;
        this.waiting = null;
        waiting.forEach(data => this.postMessage(data));
      };
      inner.document.documentElement.append(script);
    }
    postMessage(data) {
      if (this.waiting) this.waiting.push(data);
      else this.inner.dispatchEvent(new this.inner.MessageEvent("message", {data}));
    }
    set onmessage(listener) { this.addEventListener("message", listener); }
    terminate() { this.inner.frameElement.remove(); }
  };
