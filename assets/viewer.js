// The officers' view of a case's flow: <div class="m-viewer" data-bpmn="URL" data-active="id id"
// data-done="id id">. Loaded on case pages only; the list of steps beside it says the same.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

async function draw(box) {
  const answer = await fetch(box.dataset.bpmn, { credentials: "same-origin" });
  if (!answer.ok) return;
  const viewer = new NavigatedViewer({ container: box });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const mark = (ids, marker) => {
    for (const id of (ids ?? "").split(" "))
      if (id && viewer.get("elementRegistry").get(id)) canvas.addMarker(id, marker);
  };
  mark(box.dataset.done, "m-flow-done");
  mark(box.dataset.active, "m-flow-active");
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const step = button.dataset.zoom;
      if (step === "fit") canvas.zoom("fit-viewport", "auto");
      else canvas.zoom(canvas.zoom() * Number(step));
    });
  }
}

for (const box of document.querySelectorAll("[data-bpmn]")) draw(box);
