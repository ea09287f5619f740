import { component$ } from "@builder.io/qwik";
import { useLocation } from "@builder.io/qwik-city";
import type { Team } from "../api/resource";
import { Brand } from "./brand";
import { Icon } from "./icon";
import { ThemeSwitch } from "./theme-switch";

type TopBarProps = { readonly team: Team; readonly teams: readonly Team[]; readonly email: string };

/** Where one is, where one can go, and who one is. */
export const TopBar = component$<TopBarProps>(({ team, teams, email }) => {
  const { pathname } = useLocation().url;
  const base = `/t/${team.slug}`;
  const isAt = (part: string) => (pathname.startsWith(`${base}/${part}`) ? "page" : undefined);
  return (
    <header class="top">
      <Brand href="/" />
      <span class="top__slash" aria-hidden="true">
        /
      </span>
      <button class="team-button" type="button" popovertarget="team-menu">
        <span class="sr-only">Team: </span>
        <span class="team-button__name">{team.name}</span>
        <Icon name="chevronDown" />
      </button>
      <div class="menu__panel menu__panel--team" id="team-menu" popover="auto">
        <p class="menu__title">Your teams</p>
        <ul>
          {teams.map(({ id, slug, name }) => (
            <li key={id}>
              <a class="menu__item" href={`/t/${slug}/workflows`} aria-current={id === team.id ? "true" : undefined}>
                <span class="menu__check">{id === team.id && <Icon name="check" />}</span>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </div>
      <nav class="nav" aria-label="Main">
        <a class="nav__link" href={`${base}/workflows`} aria-current={isAt("workflows")}>
          <Icon name="flow" />
          Workflows
        </a>
        <a class="nav__link" href={`${base}/runs`} aria-current={isAt("runs")}>
          <Icon name="run" />
          Runs
        </a>
      </nav>
      <div class="top__end">
        <button class="avatar-button" type="button" popovertarget="account-menu">
          <span class="sr-only">Account of {email}</span>
          <span class="avatar" aria-hidden="true">
            {email.slice(0, 1)}
          </span>
        </button>
      </div>
      <div class="menu__panel menu__panel--account" id="account-menu" popover="auto">
        <p class="menu__title">{email}</p>
        <ThemeSwitch />
        <hr class="menu__line" />
        <a class="menu__item" href="/docs">
          <Icon name="code" />
          API reference
        </a>
        <form method="post" action="/session/logout">
          <button class="menu__item" type="submit">
            <Icon name="exit" />
            Log out
          </button>
        </form>
      </div>
    </header>
  );
});
