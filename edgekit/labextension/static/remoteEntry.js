// JupyterLab shows "model not found" for a widget of a notebook that was opened without the kernel that made it, though
// its picture is stored beside it. This shows the picture, and one line. And of a picture that comes for both themes
// (edgekit/plots/dark.py) it shows the one for the theme in force. It is written as Lab's loader wants a prebuilt extension
// (Webpack's module federation), so that nothing has to be built.
(() => {
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const GONE = "Error displaying widget: model not found", WAITING = "Loading widget..."; // as jupyterlab_widgets says it
  const PATIENCE = 4000; // ms: with no kernel at all, the widget would be waited for without end
  const PICTURE = "image/png", ON_DARK = "application/vnd.edgekit.on-dark";
  const STYLE = `.edgekit-on-dark { display: none }
    @media screen {
      [data-jp-theme-light="false"] .edgekit-on-dark { display: inline }
      [data-jp-theme-light="false"] .edgekit-on-light { display: none }
    }`; // on paper it is always the light one
  let shared;

  function showPicture(node, data) {
    const picture = document.createElement("img"), line = document.createElement("p");
    picture.src = `data:image/png;base64,${data["image/png"]}`;
    picture.alt = [data["text/plain"]].flat().join("");
    picture.style.maxWidth = "100%";
    line.textContent = "A picture, stored with the notebook: run this cell for the widget.";
    node.replaceChildren(picture, line);
  }

  function withPicture(renderer) {
    const { node } = renderer, render = renderer.renderModel;
    let data = {};
    const isStuck = (text) => data["image/png"] && node.textContent === text;
    new MutationObserver(() => isStuck(GONE) && showPicture(node, data)).observe(node, { childList: true });
    renderer.renderModel = function (model) {
      data = model.data;
      setTimeout(() => isStuck(WAITING) && showPicture(node, data), PATIENCE);
      return render.call(this, model);
    };
    return renderer;
  }

  function withBoth(renderer) {
    const { node } = renderer, render = renderer.renderModel;
    renderer.renderModel = async function (model, ...rest) {
      await render.call(this, model, ...rest);
      const light = node.querySelector("img"), png = [model.data[ON_DARK]].flat().join("");
      if (!light || !png) return;
      const dark = light.cloneNode();
      dark.src = `data:image/png;base64,${png}`;
      light.classList.add("edgekit-on-light");
      dark.classList.add("edgekit-on-dark");
      light.after(dark);
    };
    return renderer;
  }

  const WITH = { [VIEW]: withPicture, [PICTURE]: withBoth };

  function watch({ content: { rendermime } }) {
    const create = rendermime.createRenderer;
    rendermime.createRenderer = function (type, ...rest) {
      const renderer = create.call(this, type, ...rest);
      return Object.hasOwn(WITH, type) ? WITH[type](renderer) : renderer;
    };
  }

  async function extension() {
    const [notebook] = Object.values(shared["@jupyterlab/notebook"]), { INotebookTracker } = (await notebook.get())();
    const activate = (_, tracker) => {
      document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
      tracker.forEach(watch);
      tracker.widgetAdded.connect((_, panel) => watch(panel));
    };
    return () => ({ __esModule: true, default: { id: "edgekit:picture", autoStart: true, requires: [INotebookTracker], activate } });
  }

  (window._JUPYTERLAB ??= {}).edgekit = { init: (scope) => void (shared = scope), get: extension };
})();
