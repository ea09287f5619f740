import { describe, expect, test } from "bun:test";
import { judgePassword } from "./password-policy";

const ann = { email: "annabel.lee@example.com", name: "Annabel Lee" };

describe("a new password", () => {
  test.each(["correct horse", "k7$mWq2x", "十二個漢字でも良いです"])("may be %s", (password) => {
    expect(judgePassword(password, ann)).toBe("fine");
  });

  test("is counted in characters, from 8 to 128", () => {
    expect(judgePassword("k7$mWq2", ann)).toBe("tooShort");
    expect(judgePassword("😀😁😂🤣😃😄😅", ann)).toBe("tooShort");
    expect(judgePassword("kw7$".repeat(32), ann)).toBe("fine");
    expect(judgePassword(`${"kw7$".repeat(32)}x`, ann)).toBe("tooLong");
  });

  test.each(["password", "PassWord123", "12345678", "qwertyuiop", "iloveyou1", "aaaaaaaaaaaa", "abababab"])(
    "is refused as common: %s",
    (password) => {
      expect(judgePassword(password, ann)).toBe("tooCommon");
    },
  );

  test.each(["annabel.lee@example.com", "Annabel.Lee", "annabel lee", "AnnabelLee2026!"])(
    "is refused as the owner's own word: %s",
    (password) => {
      expect(judgePassword(password, ann)).toBe("tooCommon");
    },
  );
});
