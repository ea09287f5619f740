import { component$, Slot } from "@builder.io/qwik";
import { routeLoader$ } from "@builder.io/qwik-city";
import { contextOf } from "@dap/web/shell/context";
import { loadTeam } from "@dap/web/shell/load";
import { TopBar } from "@dap/web/ui/top-bar";

export const useTeam = routeLoader$(async (event) => ({
  ...(await loadTeam(event)),
  email: contextOf(event).session?.email ?? "",
}));

export default component$(() => {
  const { team, teams, email } = useTeam().value;
  return (
    <div class="shell">
      <a class="skip button" href="#main">
        Skip to the content
      </a>
      <TopBar team={team} teams={teams} email={email} />
      <main id="main" class="shell__main" tabIndex={-1}>
        <Slot />
      </main>
    </div>
  );
});
