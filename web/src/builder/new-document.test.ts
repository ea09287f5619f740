import { describe, expect, test } from "bun:test";
import { readNewDocument } from "./new-document";

describe("a new document", () => {
  test("comes from the chosen template with the given name", async () => {
    const made = await readNewDocument({ name: " Orders ", template: "blank" });
    expect(made).toEqual({
      kind: "made",
      document: { dap: 1, name: "Orders", trigger: { kind: "manual" }, steps: [] },
    });
  });

  test("is called like its template when no name is given", async () => {
    expect(await readNewDocument({ name: "", template: "blank" })).toMatchObject({ document: { name: "Blank" } });
  });

  test("keeps an imported document's own name unless one is given", async () => {
    const text = '{"dap":1,"name":"Own"}';
    expect(await readNewDocument({ template: "file", text })).toMatchObject({ document: { name: "Own" } });
    expect(await readNewDocument({ template: "file", text, name: "New" })).toMatchObject({
      document: { name: "New" },
    });
  });

  test("prefers the file to the text", async () => {
    const file = new Blob(['{"name":"file"}']);
    const made = await readNewDocument({ template: "file", file, text: '{"name":"text"}' });
    expect(made).toMatchObject({ document: { name: "file" } });
  });

  test("is refused with a reason when there is nothing, or no JSON", async () => {
    expect(await readNewDocument({ template: "file", text: " " })).toMatchObject({ kind: "refused" });
    expect(await readNewDocument({ template: "file", text: "{" })).toMatchObject({ kind: "refused" });
  });
});
