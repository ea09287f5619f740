import { component$, Slot } from "@builder.io/qwik";
import { Brand } from "./brand";
import { GuestArt } from "./guest-art";

/** The frame of the pages for people who are not logged in. */
export const GuestFrame = component$(() => (
  <div class="guest">
    <main class="guest__form">
      <Brand href="/login" />
      <div class="guest__inner stack">
        <Slot />
      </div>
      <p class="small faint">Workflows that finish what they start.</p>
    </main>
    <div class="guest__art" aria-hidden="true">
      <GuestArt />
    </div>
  </div>
));
