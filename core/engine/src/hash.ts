import type { Json } from "@dap/contract";
import { canonicalJson } from "./canonical";

/**
 * 16 hexadecimal characters that stand for a value: the UTF-16 units of its canonical JSON, folded into two 32-bit lanes
 * (each is rotated, mixed with the unit by exclusive or, and multiplied with its own odd constant), then spread by two rounds
 * of shift and multiply with the lanes crossed. It finds accidents, not attacks. Never changes: it is in stored events.
 */
export function hashJson(value: Json): string {
  const text = canonicalJson(value);
  let high = 0x243f6a88;
  let low = 0x85a308d3;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(((high << 5) | (high >>> 27)) ^ unit, 0x9e3779b1);
    low = Math.imul(((low << 13) | (low >>> 19)) ^ unit, 0x5f356495);
  }
  high = spread(high ^ text.length);
  low = spread(low ^ high);
  high = spread(high ^ low);
  return hex(high) + hex(low);
}

function spread(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, "0");
