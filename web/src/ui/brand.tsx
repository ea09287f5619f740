import { component$ } from "@builder.io/qwik";

/** The mark: one thing leads to another. */
export const Brand = component$<{ href: string }>(({ href }) => (
  <a class="brand" href={href}>
    <span class="sr-only">dap, to your workflows</span>
    <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="oklch(0.37 0.06 208)" />
      <path
        d="M9 22.500V17a5 5 0 0 1 5-5h4a5 5 0 0 0 5-5"
        fill="none"
        stroke="oklch(0.85 0.1 185)"
        stroke-width="2.6"
        stroke-linecap="round"
      />
      <circle cx="9" cy="23" r="3.6" fill="white" />
      <circle cx="23" cy="8.600" r="3.600" fill="oklch(0.83 0.155 78)" />
    </svg>
    <span class="brand__word" aria-hidden="true">
      dap
    </span>
  </a>
));
