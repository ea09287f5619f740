import { component$ } from "@builder.io/qwik";
import { Icon } from "./icon";
import type { StatusLook } from "./status";

export const Badge = component$<{ look: StatusLook }>(({ look }) => (
  <span class={["badge", look.tone]}>
    <Icon name={look.icon} spin={look.spin === true} />
    {look.label}
  </span>
));
