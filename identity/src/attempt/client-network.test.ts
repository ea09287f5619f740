import { describe, expect, test } from "bun:test";
import { clientNetwork, isLocalClient } from "./client-network";

const from = (address?: string) =>
  new Request("http://localhost/", address === undefined ? {} : { headers: { "x-forwarded-for": address } });

describe("a client's network", () => {
  test.each([
    ["203.0.113.7", "203.0.113.0/24"],
    ["::ffff:203.0.113.7", "203.0.113.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("of %s is %s", (address, network) => {
    expect(clientNetwork(from(address))).toBe(network);
  });

  test("is told by the edge's entry, the last one", () => {
    expect(clientNetwork(from("198.51.100.1, 203.0.113.7"))).toBe("203.0.113.0/24");
  });

  test("is local for loopback and for requests that did not come through the edge", () => {
    expect([from(), from("127.0.0.1"), from("::1"), from("::ffff:127.0.0.1")].map(isLocalClient)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    expect(isLocalClient(from("203.0.113.7"))).toBe(false);
    expect(isLocalClient(from("127.0.0.1, 203.0.113.7"))).toBe(false);
  });
});
