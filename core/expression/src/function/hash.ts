import { type Digest, hmac } from "../digest/hmac";
import { md5 } from "../digest/md5";
import { sha1 } from "../digest/sha1";
import { sha256 } from "../digest/sha256";
import { toBase64, toHex, toUtf8 } from "../digest/utf8";
import { ExpressionError } from "../error";
import type { Meter } from "../meter";
import { define, optional, text } from "./definition";

export const hashFunctions = [
  digestFunction("sha256", "SHA-256", sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  digestFunction("sha1", "SHA-1", sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
  digestFunction("md5", "MD5", md5, "900150983cd24fb0d6963f7d28e17f72"),
  macFunction(
    "hmacSha256",
    "HMAC with SHA-256",
    sha256,
    "9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab",
  ),
  macFunction("hmacSha1", "HMAC with SHA-1", sha1, "4fd0b215276ef12f2b3e4c8ecac2811498b656fc"),
];

function digestFunction(name: string, title: string, digest: Digest, example: string) {
  return define({
    name,
    parameters: [text("value"), optional(text("encoding"))],
    returns: "text",
    description: `${title} of a text in UTF-8, in "hex" unless "base64" is asked for.`,
    examples: [[`"abc" | ${name}`, example]],
    run: (meter, value, encoding) => {
      pay(meter, value);
      return encoded(digest(toUtf8(value)), encoding);
    },
  });
}

function macFunction(name: string, title: string, digest: Digest, example: string) {
  return define({
    name,
    parameters: [text("value"), text("key"), optional(text("encoding"))],
    returns: "text",
    description: `${title} of a text under a key, both in UTF-8; in "hex" unless "base64" is asked for.`,
    examples: [[`"abc" | ${name}("key")`, example]],
    run: (meter, value, key, encoding) => {
      pay(meter, value);
      pay(meter, key);
      return encoded(hmac(digest, toUtf8(key), toUtf8(value)), encoding);
    },
  });
}

/** A block of 64 bytes costs what a few dozen nodes cost; UTF-8 needs up to three bytes a unit. */
const pay = (meter: Meter, value: string) => meter.charge(16 + (value.length >> 1), value.length * 3);

function encoded(bytes: Uint8Array, encoding = "hex"): string {
  if (encoding === "hex") return toHex(bytes);
  if (encoding === "base64") return toBase64(bytes);
  throw new ExpressionError("TYPE", 'the encoding of a hash is "hex" or "base64"');
}
