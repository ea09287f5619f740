import { component$ } from "@builder.io/qwik";
import { Icon } from "./icon";

type FieldProps = {
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "email" | "password";
  readonly autocomplete: "name" | "email" | "current-password" | "new-password";
  readonly value?: string | undefined;
  readonly error?: string | undefined;
  readonly hint?: string;
  readonly minLength?: number;
};

/** One labelled field with its hint and error tied to it. */
export const Field = component$<FieldProps>(({ name, label, type, autocomplete, value, error, hint, minLength }) => {
  const about = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="field__label" for={name}>
        {label}
      </label>
      <input
        class="input"
        id={name}
        name={name}
        type={type}
        autocomplete={autocomplete}
        value={value}
        minLength={minLength}
        required
        aria-invalid={error ? "true" : undefined}
        aria-describedby={about || undefined}
      />
      {hint && (
        <p class="field__hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field__error" id={`${name}-error`}>
          <Icon name="warning" />
          {error}
        </p>
      )}
    </div>
  );
});

/** What went wrong with a whole form; read out when it appears. */
export const FormError = component$<{ text: string | undefined }>(({ text }) =>
  text ? (
    <div class="notice tone-bad" role="alert">
      <Icon name="warning" />
      <p class="notice__body">{text}</p>
    </div>
  ) : null,
);
