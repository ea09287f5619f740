/** Outlines on a 16 by 16 grid, drawn with the text's colour. */
const paths = {
  add: "M8 3v10M3 8h10",
  arrowLeft: "M13 8H3m4-4L3 8l4 4",
  bolt: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z",
  branch: "M4.5 2v12M4.5 11c0-4 7-2 7-6.5",
  check: "m3.2 8.4 3.1 3.1 6.5-7",
  chevronDown: "m4 6 4 4 4-4",
  chevronRight: "m6 4 4 4-4 4",
  circle: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 4.6V8l2.2 1.6",
  code: "m5.5 4.5-3.5 3.5 3.5 3.5m5-7 3.5 3.5-3.5 3.5",
  copy: "M6 6h7v7.5H6zM10.500 6V2.500H3V10h3",
  dark: "M13.4 9.6A5.8 5.8 0 0 1 6.4 2.600 5.800 5.800 0 1 0 13.400 9.600Z",
  download: "M8 2v8.500m-3.500-3.300L8 10.500l3.500-3.300M2.500 13.500h11",
  exit: "M9.500 2.500H3v11h6.500M6.500 8H14m-2.800-2.800L14 8l-2.800 2.800",
  flow: "M2.500 2.500h4v4h-4zM9.500 9.500h4v4h-4zM4.500 6.500V9a2.500 2.500 0 0 0 2.500 2.500h2.500",
  fork: "M4 2.500v3A2.500 2.500 0 0 0 6.500 8h3A2.500 2.500 0 0 1 12 10.500v3M12 2.500v3A2.500 2.500 0 0 1 9.500 8",
  history: "M2.600 5.600A6 6 0 1 1 2 8M2.200 2.600v3.200h3.200M8 5v3.200l2 1.300",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 7.400V11M8 5.100v.1",
  light:
    "M10.800 8a2.800 2.800 0 1 1-5.600 0 2.800 2.800 0 0 1 5.600 0ZM8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M3.400 12.600l.9-.9M11.700 4.300l.9-.9",
  list: "M5.500 4h8M5.500 8h8M5.500 12h8M2.500 4h.1M2.500 8h.1M2.500 12h.1",
  loop: "M3 7.500A5 5 0 0 1 12.200 5.500M13 8.500A5 5 0 0 1 3.800 10.500M12.600 2.500v3.200H9.400M3.400 13.500v-3.200h3.200",
  more: "M3.500 8h.1M8 8h.1M12.500 8h.1",
  parallel: "M8 2v2.500M4 6.500v5M12 6.500v5M8 11.500V14M4 6.500c0-1.200.8-2 2-2h4c1.200 0 2 .8 2 2M4 11.500h8",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "M5 3.200v9.600L12.500 8z",
  rotate: "M13.400 6.400A5.700 5.700 0 1 0 13.500 9.500M13.800 2.800v3.600h-3.600",
  run: "M2 12.500h3l2-9 3 11 2-6h2.500",
  send: "M14 2 7.200 8.800M14 2 9.600 14 7.200 8.800 2 6.400z",
  set: "M2.500 4.500h7M12.500 4.500h1M2.500 11.500h1M6.500 11.500h7M11 6V3M5 13v-3",
  shield: "M8 1.800 13 3.600v4.100c0 3-2 5.300-5 6.500-3-1.200-5-3.500-5-6.500V3.600z",
  slash: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM4 12l8-8",
  spinner: "M8 2a6 6 0 1 1-5.600 3.900",
  system: "M2 3h12v8H2zM6 13.500h4M8 11v2.500",
  tidy: "M2.500 3.500h11M5 6.500h8.500M5 9.500h6M2.500 12.500h11",
  trash: "M2.500 4.500h11M6 4.500V2.500h4v2M4 4.500l.6 9h6.800l.6-9M6.800 7v4M9.200 7v4",
  upload: "M8 10.500V2m-3.500 3.300L8 2l3.500 3.300M2.500 13.500h11",
  warning: "M8 2 14.500 13.500h-13zM8 6.400v3.200M8 11.600v.1",
  web: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM2 8h12M8 2c4 4 4 8 0 12M8 2C4 6 4 10 8 14",
  x: "m4 4 8 8M12 4l-8 8",
} as const;

export type IconName = keyof typeof paths;

/**
 * Always beside a text that says the same; therefore hidden from assistive technology. A plain function, drawn with what
 * is around it: there are too many icons on a page for each to carry state of its own.
 */
export const Icon = ({ name, spin }: { name: IconName; spin?: boolean }) => (
  <svg class={["icon", spin && "spin"]} viewBox="0 0 16 16" aria-hidden="true">
    <path key={name} d={paths[name]} />
  </svg>
);
