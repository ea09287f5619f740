import { findTemplate, templates } from "./template";

export type NewDocument =
  | { readonly kind: "made"; readonly document: unknown }
  | { readonly kind: "refused"; readonly message: string };

/** Reads the form of a new workflow: a template with a name, or an imported document, which keeps its own name unless one is given. */
export async function readNewDocument(form: Readonly<Record<string, unknown>>): Promise<NewDocument> {
  const name = typeof form.name === "string" ? form.name.trim() : "";
  if (form.template !== "file") {
    const template = (typeof form.template === "string" && findTemplate(form.template)) || templates[0];
    return template
      ? { kind: "made", document: template.make(name || template.title) }
      : { kind: "refused", message: "Choose what to start from." };
  }
  const file = form.file instanceof Blob && form.file.size > 0 ? await form.file.text() : "";
  const text = file || (typeof form.text === "string" ? form.text : "");
  if (text.trim() === "") return { kind: "refused", message: "Choose a file, or paste the document's text." };
  try {
    const document: unknown = JSON.parse(text);
    const isObject = typeof document === "object" && document !== null && !Array.isArray(document);
    return { kind: "made", document: isObject && name !== "" ? { ...document, name } : document };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    return { kind: "refused", message: `This is not JSON. ${reason}` };
  }
}
