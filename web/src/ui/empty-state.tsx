import { component$, Slot } from "@builder.io/qwik";
import { Icon, type IconName } from "./icon";

type EmptyStateProps = { readonly icon: IconName; readonly title: string; readonly text: string };

/** What stands where a list will be: why it is empty, and the one thing to do. */
export const EmptyState = component$<EmptyStateProps>(({ icon, title, text }) => (
  <section class="empty">
    <span class="empty__icon">
      <Icon name={icon} />
    </span>
    <h2>{title}</h2>
    <p class="soft">{text}</p>
    <Slot />
  </section>
));
