import { component$ } from "@builder.io/qwik";

type Node = {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly note: string;
  readonly hue: number;
};

const nodes: readonly Node[] = [
  { x: 190, y: 20, title: "Webhook", note: "order received", hue: 78 },
  { x: 190, y: 140, title: "Look up price", note: "GET /price · 41 ms", hue: 185 },
  { x: 60, y: 290, title: "Tell sales", note: "total over 100", hue: 185 },
  { x: 320, y: 290, title: "Just record", note: "otherwise", hue: 185 },
  { x: 190, y: 420, title: "Reply", note: "{ total: 129.5 }", hue: 150 },
];

const wires = [
  "M300 84V140",
  "M300 204V232c0 20-14 30-40 30h-50c-26 0-40 10-40 28",
  "M300 204V232c0 20 14 30 40 30h50c26 0 40 10 40 28",
  "M170 354v12c0 20 14 26 40 26h50c26 0 40 10 40 28",
  "M430 354v12c0 20-14 26-40 26h-50c-26 0-40 10-40 28",
];

/** A workflow, drawn: what the product is about, for those who can see it. Decoration for everyone else. */
export const GuestArt = component$(() => (
  <svg viewBox="0 0 600 510" fill="none" aria-hidden="true">
    {wires.map((path) => (
      <path key={path} d={path} stroke="oklch(0.86 0.08 190 / 0.55)" stroke-width="2" />
    ))}
    {nodes.map(({ x, y, title, note, hue }) => (
      <g key={title} transform={`translate(${x} ${y})`}>
        <rect width="220" height="64" rx="14" fill="oklch(0.99 0.01 190 / 0.1)" stroke="oklch(1 0 0 / 0.2)" />
        <rect x="14" y="16" width="32" height="32" rx="9" fill={`oklch(0.8 0.12 ${hue} / 0.22)`} />
        <circle cx="30" cy="32" r="6" fill={`oklch(0.84 0.13 ${hue})`} />
        <text x="60" y="29" fill="white" font-size="15" font-weight="600">
          {title}
        </text>
        <text x="60" y="48" fill="oklch(0.88 0.03 190)" font-size="12.500">
          {note}
        </text>
      </g>
    ))}
  </svg>
));
