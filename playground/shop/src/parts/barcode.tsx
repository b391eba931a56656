// A bar code that a store's scanner reads: Code 39, drawn as rectangles, always dark on white.
import JsBarcode from 'jsbarcode';

/** What JsBarcode leaves in an object that it cannot draw into. */
interface Encoded {
  encodings?: { data: string }[];
}

/** Modules of quiet on each side; a scanner needs ten. */
const QUIET = 10;
const HEIGHT = 60;

export function Barcode({ text, label }: { text: string; label: string }) {
  const bars = barsOf(text);
  const width = bars.length + 2 * QUIET;
  return (
    <div className="barcode">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${label} ${text}`} shapeRendering="crispEdges">
        <rect width={width} height={HEIGHT} fill="#fff" />
        {runs(bars).map(([start, length]) => (
          <rect key={start} x={start + QUIET} width={length} height={HEIGHT} fill="#000" />
        ))}
      </svg>
      <code>{text}</code>
    </div>
  );
}

/** Ones for dark modules, noughts for light ones. */
function barsOf(text: string): string {
  const encoded: Encoded = {};
  JsBarcode(encoded, text, { format: 'CODE39' });
  return encoded.encodings?.map(({ data }) => data).join('') ?? '';
}

/** Where each run of dark modules begins, and how wide it is. */
function runs(bars: string): [start: number, length: number][] {
  return Array.from(bars.matchAll(/1+/g), (run) => [run.index, run[0].length]);
}
