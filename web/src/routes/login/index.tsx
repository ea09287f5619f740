import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, useLocation, z, zod$ } from "@builder.io/qwik-city";
import { contextOf } from "@dap/web/shell/context";
import { safePath } from "@dap/web/shell/path";
import { Field, FormError } from "@dap/web/ui/form";
import { GuestFrame } from "@dap/web/ui/guest";

/** Logs in at identity; the browser gets its cookies and goes on to where it wanted. */
export const useLogin = routeAction$(
  async ({ email, password }, event) => {
    const outcome = await contextOf(event).sessions.logIn({ email, password }, event.request);
    if (outcome.kind === "refused") return event.fail(401, { email, detail: outcome.detail });
    for (const cookie of outcome.setCookies) event.headers.append("set-cookie", cookie);
    throw event.redirect(303, safePath(event.url.searchParams.get("next")));
  },
  zod$({ email: z.string().trim().min(3).max(320), password: z.string().min(1).max(1_024) }),
);

export default component$(() => {
  const login = useLogin();
  const location = useLocation();
  const next = location.url.searchParams.get("next");
  const failed = login.value?.failed ? login.value : undefined;
  return (
    <GuestFrame>
      <div class="stack">
        <h1>Welcome back</h1>
        <p class="soft">{next ? "Log in to go on to the page you asked for." : "Log in to your workflows."}</p>
      </div>
      {location.url.searchParams.has("registered") && !failed && (
        <div class="notice tone-good" role="status">
          <p class="notice__body">Your account is ready. Log in to start.</p>
        </div>
      )}
      <FormError text={failed?.detail ?? (failed?.fieldErrors ? "Give your email address and password." : undefined)} />
      <form
        class="stack"
        method="post"
        action={`${login.actionPath}${next ? `&next=${encodeURIComponent(next)}` : ""}`}
      >
        <Field name="email" label="Email" type="email" autocomplete="email" value={failed?.email} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" />
        <button class="button button--primary button--wide" type="submit">
          Log in
        </button>
      </form>
      <p class="small soft">
        New here? <a href={`/register${next ? `?next=${encodeURIComponent(next)}` : ""}`}>Create an account</a>
      </p>
    </GuestFrame>
  );
});

export const head: DocumentHead = { title: "Log in" };
