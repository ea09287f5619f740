import { $, component$, useSignal, useVisibleTask$ } from "@builder.io/qwik";
import { Icon, type IconName } from "./icon";

const choices: readonly { readonly value: string; readonly label: string; readonly icon: IconName }[] = [
  { value: "light", label: "Light", icon: "light" },
  { value: "dark", label: "Dark", icon: "dark" },
  { value: "system", label: "System", icon: "system" },
];

/** Light, dark or as the system has it. Without scripts the form sets the cookie and comes back; with them it is instant. */
export const ThemeSwitch = component$(() => {
  const chosen = useSignal<string>();
  useVisibleTask$(() => {
    chosen.value = document.documentElement.dataset.theme ?? "system";
  });
  const choose = $((event: SubmitEvent, form: HTMLFormElement) => {
    const value = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "system";
    chosen.value = value;
    if (value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    const body = new FormData(form);
    body.set("theme", value);
    void fetch("/session/theme", { method: "POST", body, redirect: "manual" });
  });
  return (
    <form class="theme-row" method="post" action="/session/theme" preventdefault:submit onSubmit$={choose}>
      {choices.map(({ value, label, icon }) => (
        <button key={value} type="submit" name="theme" value={value} aria-pressed={chosen.value === value}>
          <Icon name={icon} />
          {label}
        </button>
      ))}
    </form>
  );
});
