// Reads a QR code by the camera: with the browser's own reader where there is one, else with ZXing.
import BinaryBitmap from "@zxing/library/esm/core/BinaryBitmap.js";
import HybridBinarizer from "@zxing/library/esm/core/common/HybridBinarizer.js";
import RGBLuminanceSource from "@zxing/library/esm/core/RGBLuminanceSource.js";
import QRCodeReader from "@zxing/library/esm/core/qrcode/QRCodeReader.js";

const EVERY = 150; // ms between two looks
const WIDE = 800; // pixels a picture is made small to

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
}

function zxingReader() {
  const reader = new QRCodeReader();
  const canvas = document.createElement("canvas");
  return async (video) => {
    const scale = Math.min(1, WIDE / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decode(reader, pen.getImageData(0, 0, canvas.width, canvas.height));
  };
}

export function decode(reader, picture) {
  const { data, width, height } = picture;
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i++)
    grey[i] = (data[4 * i] * 77 + data[4 * i + 1] * 151 + data[4 * i + 2] * 28) >> 8;
  try {
    const source = new RGBLuminanceSource(grey, width, height);
    return reader.decode(new BinaryBitmap(new HybridBinarizer(source))).getText();
  } catch {
    return ""; // No code in this picture.
  }
}

// Shows the picture beside the button until a code was read or it is pressed again. Empty: given up.
export async function readCode(button) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  const stop = document.createElement("button");
  let over = false;
  Object.assign(stop, { type: "button", className: "govuk-button govuk-button--secondary", textContent: "×" });
  stop.addEventListener("click", () => (over = true));
  video.className = "m-camera";
  video.srcObject = stream;
  button.closest(".m-scan").append(video, stop);
  try {
    await video.play();
    const read = (await ownReader()) ?? zxingReader();
    while (!over) {
      const text = await read(video);
      if (text) return text;
      await new Promise((done) => setTimeout(done, EVERY));
    }
    return "";
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.remove();
    stop.remove();
  }
}
