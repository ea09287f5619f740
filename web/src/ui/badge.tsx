import { Icon } from "./icon";
import type { StatusLook } from "./status";

/** A status as icon and word. */
export const Badge = ({ look }: { look: StatusLook }) => (
  <span class={["badge", look.tone]}>
    <Icon name={look.icon} spin={look.spin === true} />
    {look.label}
  </span>
);
