import { component$ } from "@builder.io/qwik";
import { type DocumentHead, routeAction$, useLocation, z, zod$ } from "@builder.io/qwik-city";
import { register } from "@dap/web/api/account";
import { apiOf, contextOf } from "@dap/web/shell/context";
import { safePath } from "@dap/web/shell/path";
import { Field, FormError } from "@dap/web/ui/form";
import { GuestFrame } from "@dap/web/ui/guest";

/** Makes the account and logs in; where the address must be confirmed first, the login page says so. */
export const useRegister = routeAction$(
  async ({ name, email, password }, event) => {
    const made = await register(apiOf(event), { name, email, password });
    if (made.kind === "refused") return event.fail(made.status, { name, email, detail: made.problem.detail });
    const outcome = await contextOf(event).sessions.logIn({ email, password }, event.request);
    if (outcome.kind === "refused") throw event.redirect(303, "/login?registered");
    for (const cookie of outcome.setCookies) event.headers.append("set-cookie", cookie);
    throw event.redirect(303, safePath(event.url.searchParams.get("next")));
  },
  zod$({
    name: z.string().trim().min(1, "Tell us what to call you.").max(200),
    email: z.string().trim().email("This does not look like an email address."),
    password: z.string().min(12, "Use at least 12 characters.").max(1_024),
  }),
);

export default component$(() => {
  const action = useRegister();
  const location = useLocation();
  const next = location.url.searchParams.get("next");
  const failed = action.value?.failed ? action.value : undefined;
  const given = (field: string) => action.formData?.get(field)?.toString();
  return (
    <GuestFrame>
      <div class="stack">
        <h1>Create your account</h1>
        <p class="soft">You get a team of your own and a first workflow to try.</p>
      </div>
      <FormError text={failed?.detail} />
      <form
        class="stack"
        method="post"
        action={`${action.actionPath}${next ? `&next=${encodeURIComponent(next)}` : ""}`}
      >
        <Field
          name="name"
          label="Name"
          type="text"
          autocomplete="name"
          value={given("name")}
          error={failed?.fieldErrors?.name?.[0]}
        />
        <Field
          name="email"
          label="Email"
          type="email"
          autocomplete="email"
          value={given("email")}
          error={failed?.fieldErrors?.email?.[0]}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          minLength={12}
          hint="At least 12 characters. A short sentence works well."
          error={failed?.fieldErrors?.password?.[0]}
        />
        <button class="button button--primary button--wide" type="submit">
          Create account
        </button>
      </form>
      <p class="small soft">
        Already have one? <a href="/login">Log in</a>
      </p>
    </GuestFrame>
  );
});

export const head: DocumentHead = { title: "Create your account" };
