import { createHash, createHmac } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { chargeText } from "../kit/cost";
import { defineAction, defineConnector } from "../kit/define";
import { closed, OneOf } from "../kit/schema";

const text = Type.String({ title: "Text", description: "its UTF-8 bytes are taken" });
const algorithm = Type.Optional(
  OneOf(["sha256", "sha384", "sha512", "sha1", "md5"], {
    title: "Algorithm",
    description: "sha1 and md5 only for systems that ask for them",
    default: "sha256",
  }),
);
const encoding = Type.Optional(OneOf(["hex", "base64", "base64url"], { title: "Written as", default: "hex" }));

const hash = defineAction({
  name: "hash",
  title: "Hash text",
  description: "Makes the fingerprint of a text.",
  effect: "pure",
  input: Type.Object({ text, algorithm, encoding }, closed),
  output: Type.String(),
  sample: {
    with: { text: "abc" },
    output: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
  compute: ({ text, algorithm = "sha256", encoding = "hex" }, budget) => {
    chargeText(budget, text.length * 2, 128);
    return createHash(algorithm).update(text, "utf8").digest(encoding);
  },
});

const hmac = defineAction({
  name: "hmac",
  title: "Sign text with a key",
  description: "Makes the HMAC of a text, as many services want their requests signed.",
  effect: "pure",
  input: Type.Object(
    {
      text,
      key: Type.String({ title: "Key" }),
      keyEncoding: Type.Optional(OneOf(["utf8", "hex", "base64"], { title: "Key written as", default: "utf8" })),
      algorithm,
      encoding,
    },
    closed,
  ),
  output: Type.String(),
  sample: {
    with: { text: "what do ya want for nothing?", key: "Jefe" },
    output: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  },
  compute: ({ text, key, keyEncoding = "utf8", algorithm = "sha256", encoding = "hex" }, budget) => {
    chargeText(budget, (text.length + key.length) * 2, 128);
    return createHmac(algorithm, Buffer.from(key, keyEncoding)).update(text, "utf8").digest(encoding);
  },
});

export const crypto = defineConnector({
  name: "crypto",
  title: "Hash and sign",
  description: "Fingerprints and signatures of text.",
  actions: [hash, hmac],
});
