import { describe, expect, test } from "bun:test";
import { computeStep } from "../test-step";

const parse = (text: string) => computeStep("xml.parse", { text });
const write = (value: object) => computeStep("xml.stringify", { value: value as never }); // values of this test are JSON

describe("xml.parse", () => {
  test("reads elements, attributes, repeated children, text, CDATA and references", () => {
    expect(
      parse(
        '<?xml version="1.0"?>\n<!-- hi --><a x="1 &amp; 2"><b>&lt;t&gt; &#65;&#x42;</b><b/><c>u<![CDATA[ <raw> &amp; ]]>v</c></a>\n',
      ),
    ).toEqual({
      a: { "@x": "1 & 2", b: ["<t> AB", ""], c: "u <raw> &amp; v" },
    });
    expect(parse('<a k="v">text</a>')).toEqual({ a: { "@k": "v", "#text": "text" } });
    expect(parse("<a>007</a>")).toEqual({ a: "007" });
    expect(parse("<ns:a xmlns:ns='u'><ns:b/></ns:a>")).toEqual({ "ns:a": { "@xmlns:ns": "u", "ns:b": "" } });
  });

  test("expands nothing: document types are refused and a reference is replaced once", () => {
    for (const text of [
      '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>',
      "<!doctype a><a/>",
      '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
      '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><a>&lol2;</a>',
    ]) {
      expect(parse(text)).toBe("fault XML_DOCTYPE");
    }
    expect(parse("<a>&amp;lt;</a>")).toEqual({ a: "&lt;" });
    expect(parse("<a>&unknown;</a>")).toBe("fault XML_INVALID");
    for (const reference of ["&#0;", "&#xD800;", "&#1114112;", "&#xFFFE;"])
      expect(parse(`<a>${reference}</a>`)).toBe("fault XML_INVALID");
  });

  test("refuses what is not well formed, has several roots, or is nested beyond measure", () => {
    for (const text of [
      "<a><b></a>",
      "<a",
      "hello",
      "",
      "<a/><b/>",
      "<a>x < y</a>",
      "<a b=1/>",
      '<a b="1" b="2"/>',
      "<a/>x",
    ]) {
      expect([text, parse(text)]).toEqual([text, "fault XML_INVALID"]);
    }
    expect(parse("<a>".repeat(5_000) + "</a>".repeat(5_000))).toBe("fault XML_INVALID");
  });

  test("keeps names like a prototype's as data", () => {
    const value = parse(
      "<a __proto__='p'><__proto__><polluted>1</polluted></__proto__><constructor/><toString>2</toString></a>",
    );
    expect(JSON.stringify(value)).toBe(
      '{"a":{"@__proto__":"p","__proto__":{"polluted":"1"},"constructor":"","toString":"2"}}',
    );
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

describe("xml.stringify", () => {
  test("writes what parsing reads back", () => {
    const value = { a: { "@x": '<"&">', b: ["1 < 2", ""], "#text": "t & u" } };
    expect(write(value)).toBe('<a x="&lt;&quot;&amp;&quot;&gt;"><b>1 &lt; 2</b><b/>t &amp; u</a>');
    expect(parse(write(value) as string)).toEqual(value);
  });

  test("refuses names that would break out, and more than one root", () => {
    for (const bad of [
      { "a b": 1 },
      { "a><x": 1 },
      { a: { "@b c": 1 } },
      { a: { "@b": {} } },
      { a: 1, b: 2 },
      {},
      { a: [1, 2] },
      { a: { "#text": {} } },
      { "": 1 },
    ]) {
      expect([bad, write(bad)]).toEqual([bad, "fault XML_INVALID"]);
    }
  });
});
